using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Kernels.March;
using DreamFusion.Pipeline.Checkpoints;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>
/// The watchdog of one run: takes snapshots, looks at every step, and decides what a run that went wrong goes back to and what changes. All
/// that it does is a function of the configuration and the steps, so that a run in pieces does the same.
/// </summary>
internal sealed class RunWatchdog
{
    private readonly RunConfiguration _own;
    private readonly IReadOnlyDictionary<string, string> _hashes;
    private readonly SymptomDetector _detector;
    private readonly SnapshotFolder _snapshots;

    /// <summary>A watchdog that goes on with what a checkpoint has kept.</summary>
    /// <param name="configuration">The run's own configuration.</param>
    /// <param name="runFolder">Path of the run folder.</param>
    /// <param name="modelHashes">SHA-256 of each of the prior's files.</param>
    /// <param name="state">What is remembered.</param>
    public RunWatchdog(RunConfiguration configuration, string runFolder, IReadOnlyDictionary<string, string> modelHashes, WatchdogState state)
    {
        _own = configuration;
        _hashes = modelHashes;
        _detector = new SymptomDetector(new SymptomRules(configuration), configuration.Watchdog.Patience);
        _detector.Restart(state.Streaks);
        _snapshots = new SnapshotFolder(runFolder, configuration.Watchdog.SnapshotInterval, configuration.Watchdog.Patience);
        State = state;
        Configuration = RecoveryPolicy.Apply(configuration, state.Recoveries.Select(recovery => recovery.Symptom));
    }

    /// <summary>Whether anything is watched.</summary>
    public bool IsOn => _own.Watchdog.Enabled;

    /// <summary>What to train with: the run's own configuration with what the rollbacks have changed.</summary>
    public RunConfiguration Configuration { get; private set; }

    /// <summary>What is remembered.</summary>
    public WatchdogState State { get; private set; }

    /// <summary>The alarm of a step that could not be taken.</summary>
    /// <param name="error">What it said.</param>
    /// <param name="step">Steps done.</param>
    public static Alarm AlarmOf(DfkException error, int step) => new(Symptom.NotFinite, step, step, error.Message.Split(". ")[0]);

    /// <summary>
    /// The alarm of a view that needs more samples than the budget allows. It is believed at once, because the step cannot be taken; a field that
    /// has looked over-full for some steps already was good before those.
    /// </summary>
    /// <param name="error">The march's numbers.</param>
    /// <param name="step">Steps done.</param>
    public Alarm AlarmOf(SampleBudgetException error, int step) => new(
        Symptom.OverFull, step, step - State.Streaks.GetValueOrDefault(Symptom.OverFull),
        string.Create(CultureInfo.InvariantCulture, $"a view needs {error.SampleCount} samples, renderer.sample_budget allows {error.Budget}"));

    /// <summary>Keeps the start of a run if it cannot be made again: the field of another run.</summary>
    public void KeepStart(Trainer trainer)
    {
        if (IsOn && trainer.Step == 0 && _own.ResumeFromCheckpoint.Length > 0 && State.Recoveries.IsEmpty)
        {
            _snapshots.Save(Capture(trainer));
        }
    }

    /// <summary>Looks at a step that is done and takes a snapshot if one is due.</summary>
    /// <returns>What is wrong, or null.</returns>
    public Alarm? Inspect(StepReport report, Trainer trainer)
    {
        if (!IsOn)
        {
            return null;
        }
        Alarm? alarm = _detector.Observe(report);
        State = State with { Streaks = _detector.Streaks };
        bool due = _snapshots.IsDue(report.Step);
        if (alarm is not null || !(due || report.Step == _own.Iters))
        {
            return alarm;
        }
        Checkpoint snapshot = Capture(trainer);
        if (FiniteState.FirstBroken(snapshot) is { } broken)
        {
            return new Alarm(Symptom.NotFinite, report.Step, report.Step - 1, $"{broken} holds a value that is not finite");
        }
        if (due && report.Step < _own.Iters)
        {
            _snapshots.Save(snapshot);
        }
        return null;
    }

    /// <summary>Decides what to do about an alarm; from here on the state and the configuration are those after the rollback.</summary>
    /// <returns>The rollback, and the snapshot that it goes back to; null for a start that the configuration gives.</returns>
    /// <exception cref="DfkException">With <see cref="ExitCode.Diverged"/>, if nothing is left to try.</exception>
    public (Recovery Recovery, Checkpoint? Snapshot) Decide(Alarm alarm)
    {
        int tried = State.Recoveries.Length;
        int most = _own.Watchdog.MaxRecoveries;
        if (tried >= most)
        {
            string because = most == 0 ? "watchdog.max_recoveries is 0" : string.Create(CultureInfo.InvariantCulture, $"watchdog.max_recoveries allows no more than {most}");
            throw DivergenceAdvice.Error(alarm, tried, because);
        }
        int back = RecoveryPolicy.BackTo(alarm, State.Recoveries, _own.Watchdog.SnapshotInterval);
        Checkpoint? snapshot = null;
        if (back > 0 || _own.ResumeFromCheckpoint.Length > 0)
        {
            snapshot = _snapshots.TryRead(back)
                ?? throw DivergenceAdvice.Error(alarm, tried, string.Create(CultureInfo.InvariantCulture, $"the snapshot after {back} steps is missing or damaged"));
        }
        RunConfiguration next = RecoveryPolicy.Apply(_own, [.. State.Recoveries.Select(recovery => recovery.Symptom), alarm.Symptom]);
        var made = new Recovery(alarm.Symptom, alarm.Step, back, next.Seed, RecoveryPolicy.Describe(Configuration, next), alarm.Evidence);
        _detector.Restart(WatchdogState.Healthy.Streaks);
        State = new WatchdogState(State.Recoveries.Add(made), WatchdogState.Healthy.Streaks);
        Configuration = next;
        return (made, snapshot);
    }

    /// <summary>A trainer's state with what the watchdog remembers.</summary>
    public Checkpoint Capture(Trainer trainer) => TrainerCheckpoint.Capture(trainer, _own, _hashes) with { Watchdog = State.Write() };

    /// <summary>Gives up the snapshots of later steps.</summary>
    public void DropSnapshotsAfter(int step) => _snapshots.DropAfter(step);

    /// <summary>Gives up all snapshots: the run is done.</summary>
    public void DropSnapshots() => _snapshots.Clear();
}
