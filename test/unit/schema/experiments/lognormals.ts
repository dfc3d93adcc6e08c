/** So many values with the spread of latencies: log-normal, of which σ is 0.8. */
export function lognormals(count: number, random: () => number): Float64Array {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Float64Array.from({ length: count }, () => Math.exp(0.8 * normal()));
}
