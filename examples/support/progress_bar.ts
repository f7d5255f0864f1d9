// The bar that the command `torcon` has too.
export { progressBar } from "../../lib/cli/progress_bar.ts";
