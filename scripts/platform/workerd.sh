#!/bin/sh
# Runs the runtime as a child that does not outlive its parent. $AO_WORKERD is the real program.

# A Ctrl-C reaches every process of the terminal. What is in flight is for the parent to end, in order.
trap '' INT HUP

# Descriptor 3 leads to the parent, who never writes to it: it ends when the parent does, even by kill -9. Then this
# process, which has become the runtime, goes too; unless its number meanwhile belongs to somebody else.
(
  cat <&3
  case "$(readlink "/proc/$$/exe" 2>/dev/null || ps -o comm= -p "$$")" in
    *workerd*) kill -KILL "$$" ;;
  esac
) >/dev/null 2>&1 </dev/null &

exec "$AO_WORKERD" "$@"
