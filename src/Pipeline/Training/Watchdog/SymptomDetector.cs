using System;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>A symptom that has lasted.</summary>
/// <param name="Symptom">What is wrong.</param>
/// <param name="Step">Steps done when it was believed.</param>
/// <param name="LastGoodStep">Steps done before it first showed.</param>
/// <param name="Evidence">The measurements, or the error, in words.</param>
public sealed record Alarm(Symptom Symptom, int Step, int LastGoodStep, string Evidence);

/// <summary>
/// Believes a symptom when it shows in <c>watchdog.patience</c> steps in a row, what is not finite at once. Its whole memory is how long each
/// symptom has lasted.
/// </summary>
public sealed class SymptomDetector
{
    private static readonly Symptom[] _all = Enum.GetValues<Symptom>();

    private readonly SymptomRules _rules;
    private readonly int _patience;
    private readonly int[] _streaks = new int[_all.Length];

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="rules">What a step looks like.</param>
    /// <param name="patience">Steps in a row, at least 1.</param>
    public SymptomDetector(SymptomRules rules, int patience)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        _rules = rules;
        _patience = patience;
    }

    /// <summary>For how many steps each symptom has lasted; those that do not show are left out.</summary>
    public IReadOnlyDictionary<Symptom, int> Streaks => _all.Where(symptom => _streaks[(int)symptom] > 0).ToDictionary(symptom => symptom, symptom => _streaks[(int)symptom]);

    /// <summary>Looks at a step.</summary>
    /// <returns>What is wrong, the gravest first; null if nothing has lasted long enough.</returns>
    public Alarm? Observe(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Alarm? alarm = null;
        foreach (Symptom symptom in _all)
        {
            ref int streak = ref _streaks[(int)symptom];
            streak = _rules.Watches(symptom, report.Step) && _rules.Shows(symptom, report) ? streak + 1 : 0;
            if (alarm is null && streak >= (symptom == Symptom.NotFinite ? 1 : _patience))
            {
                alarm = new Alarm(symptom, report.Step, report.Step - streak, _rules.Describe(report));
            }
        }
        return alarm;
    }

    /// <summary>Forgets everything, or goes on with what a checkpoint has kept.</summary>
    /// <param name="streaks">For how many steps each symptom has lasted.</param>
    public void Restart(IReadOnlyDictionary<Symptom, int> streaks)
    {
        ArgumentNullException.ThrowIfNull(streaks);
        foreach (Symptom symptom in _all)
        {
            _streaks[(int)symptom] = streaks.GetValueOrDefault(symptom);
        }
    }
}
