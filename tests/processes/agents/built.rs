//! Images that are built: of the project's dummy agent, and of an agent's folder in the reference's form, with all that its image begins with.

use std::fs;

use assay_tests::{Failure, root};
use serde_json::Value;

use super::world::{World, expect, metadata};

/// What the reference's base image has, as far as its agents see it. What it begins with says so, and must never be started.
const BASE: [(&str, &str); 6] = [
    ("entrypoint.sh", "#!/bin/bash\nmkdir -p /home/logs; echo started > /home/logs/entrypoint.log; sleep 1000\n"),
    ("private/grading_server.py", "the checker of the image\n"),
    ("home/instructions.txt", "Data are in /home/data.\n"),
    ("home/validate_submission.sh", VALIDATE),
    ("opt/conda/bin/conda", CONDA),
    ("opt/conda/bin/python", "#!/bin/bash\nexec bash \"$@\"\n"),
];
const CHANGES: [&str; 4] =
    ["WORKDIR /home", "ENV PATH=/opt/conda/bin:/bin", "ENTRYPOINT [\"/entrypoint.sh\"]", "CMD [\"nothing\"]"];

/// Posts a file to the checker, as curl does.
const VALIDATE: &str = r#"#!/bin/bash
text=$(< "$1")
body=$'--part\r\nContent-Disposition: form-data; name="file"; filename="'"$1"$'"\r\n\r\n'"$text"$'\n\r\n--part--\r\n'
exec 3<> /dev/tcp/localhost/5000
printf 'POST /validate HTTP/1.1\r\nHost: localhost:5000\r\nContent-Type: multipart/form-data; boundary=part\r\nContent-Length: %s\r\n\r\n%s' \
  "${#body}" "$body" >&3
cat <&3
"#;

/// Stands in for conda: its environments are none, and there is nothing to be installed.
const CONDA: &str = r#"#!/bin/bash
case "$1" in
  shell.bash) echo 'conda() { echo "conda $*"; }';;
  run) shift 3; echo "run: $*";;
  clean) ;;
  *) exit 2;;
esac
"#;

/// An agent in the reference's form: the same fields, arguments of the build, and steps.
const CONFIG: &str = r#"
defaults: &defaults
  start: copier/start.sh
  dockerfile: copier/Dockerfile
  kwargs_type: argparse
copier:
  <<: *defaults
  kwargs: {name: sample_submission.csv, tries: 1}
  env_vars: {TOKEN: "${{ secrets.ASSAY_TEST_TOKEN }}"}
"#;
const DOCKERFILE: &str = r"FROM mlebench-env
ARG SUBMISSION_DIR
ENV SUBMISSION_DIR=${SUBMISSION_DIR}
ARG LOGS_DIR
ENV LOGS_DIR=${LOGS_DIR}
ARG CODE_DIR
ENV CODE_DIR=${CODE_DIR}
ARG AGENT_DIR
ENV AGENT_DIR=${AGENT_DIR}
RUN mkdir -p ${LOGS_DIR} ${CODE_DIR} ${AGENT_DIR}
ARG CONDA_ENV_NAME=agent
ARG REQUIREMENTS=${AGENT_DIR}/requirements.txt
COPY requirements.txt ${REQUIREMENTS}
RUN conda run -n ${CONDA_ENV_NAME} pip install -r ${REQUIREMENTS} && conda clean -afy
COPY . ${AGENT_DIR}
";
const START: &str = r#"#!/bin/bash
set -x
cd ${AGENT_DIR}
eval "$(conda shell.bash hook)"
conda activate agent
python main.py "$@"
"#;
const MAIN: &str = r#"
{ echo "$PWD $UID $COMPETITION_ID $SUBMISSION_DIR $LOGS_DIR $CODE_DIR $*"; [ "$TOKEN" = hidden ] && echo "token"; } > "$LOGS_DIR/agent.log"
cat /private/grading_server.py && echo "the private folder is open"
cat /home/instructions.txt || exit 4
cp "../data/$2" "$SUBMISSION_DIR/submission.csv" && cp main.py "$CODE_DIR/main.py"
bash /home/validate_submission.sh "$SUBMISSION_DIR/submission.csv"
"#;

#[test]
fn built_agents_run_and_leave_nothing() -> Result<(), Failure> {
    let Some(world) = World::new("exit 0\n", &["toy-one"])? else { return Ok(()) };
    world.docker.import("mlebench-env", &BASE, &CHANGES)?;
    an_agent_of_the_references_form(&world)?;
    the_dummy_agent(&world)
}

fn an_agent_of_the_references_form(world: &World) -> Result<(), Failure> {
    let folder = world.path("agents/copier");
    fs::create_dir_all(&folder)?;
    let files = [
        ("config.yaml", CONFIG),
        ("Dockerfile", DOCKERFILE),
        ("start.sh", START),
        ("main.py", MAIN),
        ("requirements.txt", ""),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text)?;
    }
    let build = |fails: bool| -> Result<String, Failure> {
        let mut call = world.call(&["build", "copier", "--network", "none", "--agents-dir"])?;
        let output = call.arg(world.path("agents")).output()?;
        expect(&output, if fails { 3 } else { 0 });
        Ok(String::from_utf8([output.stdout, output.stderr].concat())?)
    };
    let first = build(false)?;
    assert!(first.contains("run: pip install -r /home/agent/requirements.txt"), "{first}");

    let mut run = world.run()?;
    run.args(["--agent-id", "copier", "--competition-set"]).arg(world.path("set.txt"));
    run.arg("--runs-dir").arg(world.path("runs")).env("ASSAY_TEST_TOKEN", "hidden");
    expect(&run.output()?, 0);
    let (group, run) = (world.group()?, only_run(world)?);
    let folder = group.join(&run.0);
    assert_eq!(fs::read_to_string(folder.join("submission/submission.csv"))?, "id,y\n1,0\n2,0\n");
    assert_eq!(fs::read_to_string(folder.join("code/main.py"))?, MAIN);
    assert_eq!(
        fs::read_to_string(folder.join("logs/agent.log"))?,
        "/home/agent 1000 toy-one /home/submission /home/logs /home/code --name sample_submission.csv --tries 1\ntoken\n"
    );
    assert!(!folder.join("logs/entrypoint.log").exists());
    let log = fs::read_to_string(folder.join("run.log"))?;
    assert!(log.contains("Data are in /home/data.") && log.contains("conda activate agent"), "{log}");
    assert!(log.contains("Submission is valid") && !log.contains("the checker of the image"), "{log}");
    assert_eq!(run.1["checker_uses"], 1, "{}", run.1);
    fs::remove_dir_all(world.path("runs"))?;

    // A step that fails is told, and the image stays what it was.
    fs::write(world.path("agents/copier/Dockerfile"), format!("{DOCKERFILE}RUN echo so it is; exit 3\n"))?;
    let failing = build(true)?;
    assert!(failing.contains("so it is") && failing.contains("could not build the image copier"), "{failing}");
    fs::write(world.path("agents/copier/Dockerfile"), "FROM assay-test-none\n")?;
    let failing = build(true)?;
    assert!(failing.contains("hint: there is no image assay-test-none, on which it is built"), "{failing}");
    assert_eq!(world.docker.containers()?, Vec::<Value>::new());
    fs::write(world.path("agents/copier/Dockerfile"), DOCKERFILE)?;
    fs::write(world.path("agents/copier/main.py"), "exit 0\n")?;
    build(false)?;
    let images = || -> Result<Option<u64>, Failure> { Ok(world.pruned(&[])?["images"]["removed"].as_u64()) };
    // Podman counts what a step that failed left too.
    assert!(images()? >= Some(1), "the image that the last build replaced is removed");
    assert_eq!(images()?, Some(0));
    Ok(())
}

/// In the words of the documents, but for the folders.
fn the_dummy_agent(world: &World) -> Result<(), Failure> {
    let agents = root().join("examples/agents");
    let mut build = world.call(&["build", "dummy", "--network", "none", "--agents-dir"])?;
    expect(&build.arg(&agents).output()?, 0);
    fs::rename(world.path("set.txt"), world.path("low.txt"))?;
    let mut run = world.run_of(&agents)?;
    run.args(["--agent-id", "dummy", "--retain", "--competition-set"]).arg(world.path("low.txt"));
    expect(&run.arg("--runs-dir").arg(world.path("runs")).output()?, 0);
    let (id, run) = only_run(world)?;
    assert_eq!((&run["outcome"], &run["checker_uses"]), (&"finished".into(), &1.into()), "{run}");
    let cell = fs::read_to_string(world.group()?.join(id).join("logs/cell.txt"))?;
    assert!(cell.contains("ok: ") && !cell.contains("FAILED"), "{cell}");

    // A list that is called like a split, and is another, is not stated to be that split.
    let card: Value = serde_json::from_slice(&fs::read(world.group()?.join("card.json"))?)?;
    assert_eq!((&card["split"], &card["seeds"]), (&Value::Null, &1.into()), "{card}");

    // What was to be retained stays until it is asked for.
    for (flags, removed) in [(&["--all", "--dry-run"][..], true), (&[], false), (&["--all"], true)] {
        let pruned = world.pruned(flags)?;
        let container = &pruned["containers"][0];
        assert_eq!((&container["standing"], &container["removed"]), (&"retained".into(), &removed.into()), "{pruned}");
    }
    assert_eq!(world.docker.containers()?, Vec::<Value>::new());
    Ok(())
}

/// The one run of the one group.
fn only_run(world: &World) -> Result<(String, Value), Failure> {
    let metadata = metadata(&world.group()?)?;
    let runs = metadata["runs"].as_object().ok_or("no runs")?;
    let run = runs.iter().next().filter(|_| runs.len() == 1).ok_or("not one run")?;
    Ok((run.0.clone(), run.1.clone()))
}
