#!/bin/bash
# Tries the workflow on Slurm without a cluster: three virtual nodes on this machine, one of which dies half-way. Then
# compares the results, byte by byte, with those of a run without Slurm. As root, in a container of Debian 12:
#
#   apt-get install --no-install-recommends slurmd slurmctld slurm-client munge
#   pip install snakemake snakemake-executor-plugin-cluster-generic
#   workflow/try_slurm.sh [PROFILE]
#
# From the root of the repository. It starts munge, and writes a temporary folder and outputs/slurm-trial.
set -euo pipefail
profile=${1:-smoke}
output=outputs/slurm-trial
folder=$(mktemp -d -t ctsurv-slurm-XXXX)
export SLURM_CONF=$folder/slurm.conf
host=$(hostname -s)

mkdir -p /run/munge "$folder"/{state,log}
chown munge:munge /run/munge
cat > "$SLURM_CONF" << CONF
ClusterName=trial
SlurmctldHost=$host
SlurmUser=root
AuthType=auth/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
StateSaveLocation=$folder/state
SlurmctldPidFile=$folder/slurmctld.pid
SlurmctldLogFile=$folder/log/slurmctld.log
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/log/jobs.txt
SchedulerParameters=batch_sched_delay=0,sched_interval=2
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmdSpoolDir=$folder/spool.%n
SlurmdLogFile=$folder/log/slurmd.%n.log
SlurmdTimeout=15
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=$host Port=17001 CPUs=2 RealMemory=8000
NodeName=n2 NodeHostname=$host Port=17002 CPUs=2 RealMemory=8000
NodeName=n3 NodeHostname=$host Port=17003 CPUs=2 RealMemory=8000
PartitionName=all Nodes=n[1-3] Default=YES MaxTime=INFINITE State=UP
CONF

stop() {
  pkill -9 -f "slurmd -N n[123]" || true
  pkill -9 slurmctld || true
}
trap stop EXIT
pgrep munged > /dev/null || runuser -u munge -- /usr/sbin/munged
slurmctld
for node in n1 n2 n3; do mkdir -p "$folder/spool.$node" && slurmd -N $node; done
sleep 3
sinfo

# The processes of jobs on a node; a node that loses its power loses these too.
processes_on() {
  for process in /proc/[0-9]*; do
    { tr '\0' '\n' < "$process/environ"; } 2> /dev/null | grep -qx "SLURMD_NODENAME=$1" && basename "$process"
  done || true
}

echo "On Slurm …"
rm -rf "$output"
snakemake -s workflow/Snakefile --profile workflow/profiles/slurm --config profile="$profile" output="$output" \
  > "$folder/log/snakemake.log" 2>&1 &
run=$!
# Half-way: when some jobs have ended and one runs on the second node.
until [ "$(grep -c 'JobState=COMPLETED' "$folder/log/jobs.txt" 2> /dev/null || true)" -ge 5 ] &&
  [ -n "$(squeue -h -w n2 -t R -o %i)" ]; do
  kill -0 $run || break
  sleep 0.2
done
lost=$(squeue -h -w n2 -t R -o %i | tr '\n' ' ')
pkill -9 -f "slurmd -N n2" || true
kill -9 $(processes_on n2) 2> /dev/null || true
echo "The node n2 died with the jobs $lost"
status=0
wait $run || status=$?
sinfo
echo "Snakemake ended with $status. Jobs of Slurm: $(wc -l < "$folder/log/jobs.txt")"
sed 's/ .*Name=\([^ ]*\).*JobState=\([^ ]*\).*NodeList=\([^ ]*\).*/ \1 \2 \3/' "$folder/log/jobs.txt"
[ $status -eq 0 ] || { tail -20 "$folder/log/snakemake.log"; exit 1; }
snakemake -s workflow/Snakefile --cores 1 --config profile="$profile" output="$output" --summary 2> /dev/null |
  cut -f 1,3,6,7 | column -t -s $'\t'
snakemake -s workflow/Snakefile --cores 1 --config profile="$profile" output="$output" 2>&1 | grep "Nothing to be done"

echo "Without Slurm, with heads trained anew …"
CTSURV_TRAININGS=$folder/trainings \
  snakemake -s workflow/Snakefile --cores 2 --config profile="$profile" output="$output-alone" > /dev/null 2>&1
diff -r -x jobs "$output" "$output-alone"
echo "Both have the same results, byte by byte: $(find "$output" -path "*/jobs" -prune -o -type f -print | wc -l) files"
rm -rf "$output" "$output-alone" "$folder"
