import { SignUpForm } from "./sign-up-form.tsx";

export default function SignUpPage() {
  return <SignUpForm token={null} />;
}
