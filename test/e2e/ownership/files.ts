/** The same of the rows of a file, which have no ids. */
import { adopt, both, type Case, change, run, steps } from "./steps";
import { type World } from "./world";

const files = {
  destination: "{ connection: files, object: row, match: email, path: out.csv }",
  on_removed: "delete",
};

export const inFiles: Readonly<Record<string, Case>> = {
  "a row that was there stays, and so does what nobody maps": {
    sync: files,
    first: "no run",
    then: steps(
      thereIs("b@x.io,Clerk,Rome", "s@x.io,Stranger,Bern"),
      run(both, { firstRun: "send" }),
      run(["1 a Ace"]),
    ),
    says: ["there", "1 created 1 updated", ""],
    held: ["b@x.io,Boss,Rome", "s@x.io,Stranger,Bern", "a@x.io,Ace,"],
  },
  "a row is not overwritten by one whose match becomes its own": {
    sync: files,
    first: "no run",
    then: steps(thereIs("z@x.io,Clerk,Rome"), run(both, { firstRun: "send" }), run(["1 a Ace", "2 z Boss"])),
    says: ["there", "2 created", "1 rejected"],
    held: ["z@x.io,Clerk,Rome", "a@x.io,Ace,", "b@x.io,Boss,"],
  },
  "rows of another file are not ours, also where the ledger was adopted for it": {
    sync: { ...files, destination: files.destination.replace("out.csv", "before.csv") },
    then: steps(thereIs("b@x.io,Clerk,Rome"), change(files), run(["1 a Ace"]), adopt, run(["1 a Chief"])),
    says: ["there", "changed", "stopped ledger-mismatch", "adopt", "1 created"],
    held: ["b@x.io,Clerk,Rome", "a@x.io,Chief,"],
  },
  "rows that another column tells apart are not ours, also where the ledger was adopted for it": {
    sync: { ...files, fields: "{ email: email, title: title }" },
    first: "no run",
    then: steps(
      (world) => {
        world.write("out/out.csv", "email,title,boss\nc@x.io,Cook,b@x.io\n");
        return "there";
      },
      run(both, { firstRun: "send" }),
      change({
        ...files,
        destination: files.destination.replace("match: email", "match: boss"),
        fields: "{ boss: email, title: title }",
      }),
      adopt,
      run(["1 a Ace"]),
    ),
    says: ["there", "2 created", "changed", "adopt", "1 created"],
    held: ["c@x.io,Cook,b@x.io", "a@x.io,Ace,", "b@x.io,Boss,", ",Ace,a@x.io"],
  },
};

function thereIs(...rows: readonly string[]) {
  return (world: World): string => {
    world.write("out/out.csv", ["email,jobtitle,city", ...rows, ""].join("\n"));
    return "there";
  };
}
