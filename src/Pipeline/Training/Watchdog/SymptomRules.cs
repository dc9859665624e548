using System;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Training.Watchdog;

/// <summary>
/// What a single step looks like, by what it measured. With ρ the occupied share of the field's own region (a ball fills π/6 of the grid's
/// cube), σ̄ the mean density in it and τ = 2·bound·σ̄ the optical depth through its middle:
/// <code>
/// nan        a loss, a gradient, an opacity, a density or the change of the parameters is not finite
/// empty      mean opacity &lt; 0.005
/// over-full  border opacity ≥ 0.2, ρ ≥ 0.96, τ ≥ 5
/// fog        border opacity ≥ 0.1, and ρ ≥ 0.96 with τ &lt; 5, or 0.8 of the rays between 0.1 and 0.9
/// frozen     ‖g‖ = 0, or ‖g‖ of the guidance &lt; 1e-9, or the parameters change by less than 1e-8 of themselves
/// </code>
/// <c>docs/watchdog.md</c> has the measurements behind the numbers.
/// </summary>
public sealed class SymptomRules
{
    /// <summary>Mean opacity below which nothing is seen.</summary>
    public const double EmptyOpacity = 0.005;

    /// <summary>Occupied share of the region from which it counts as full.</summary>
    public const double FullShare = 0.96;

    /// <summary>Opacity of the border from which a full region counts as over-full.</summary>
    public const double OverFullBorder = 0.2;

    /// <summary>Opacity of the border from which a field counts as fog.</summary>
    public const double FogBorder = 0.1;

    /// <summary>Share of translucent rays from which a field counts as fog wherever its cells are.</summary>
    public const double FogTranslucentShare = 0.8;

    /// <summary>Optical depth that divides fog from an over-full region: 1 - exp(-5) is an opacity of 0.993 through its middle.</summary>
    public const double OpaqueDepth = 5;

    /// <summary>Norm of the guidance's gradient below which it says nothing.</summary>
    public const double SilentGuidance = 1e-9;

    /// <summary>Relative change of the parameters below which they do not move.</summary>
    public const double StillParameters = 1e-8;

    private readonly double _regionShare;
    private readonly double _diameter;
    private readonly int _warmup;
    private readonly int _shapeWarmup;

    /// <summary>The rules for a run.</summary>
    /// <param name="configuration">The run's configuration.</param>
    public SymptomRules(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _regionShare = configuration.Nerf.BoundKind == BoundKind.Sphere ? Math.PI / 6 : 1d;
        _diameter = 2d * configuration.Nerf.Bound;
        _warmup = configuration.Watchdog.WarmupSteps;
        _shapeWarmup = Math.Max(_warmup, (int)Math.Ceiling(configuration.Watchdog.WarmupRatio * (double)configuration.Iters));
    }

    /// <summary>Whether a symptom is looked for after a number of steps.</summary>
    /// <param name="symptom">The symptom.</param>
    /// <param name="step">Steps done.</param>
    public bool Watches(Symptom symptom, int step) => step > symptom switch
    {
        Symptom.NotFinite => 0,
        Symptom.Empty or Symptom.Frozen => _warmup,
        Symptom.OverFull or Symptom.Fog => _shapeWarmup,
        _ => throw new ArgumentOutOfRangeException(nameof(symptom), symptom, "Unknown symptom."),
    };

    /// <summary>Whether a step shows a symptom.</summary>
    /// <param name="symptom">The symptom.</param>
    /// <param name="report">The step's measurements, scene and health among them.</param>
    public bool Shows(Symptom symptom, StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report is not { Scene: { } scene, Health: { } health })
        {
            return false;
        }
        double share = scene.OccupiedShare / _regionShare;
        double depth = Depth(health);
        bool full = share >= FullShare;
        return symptom switch
        {
            Symptom.NotFinite => !IsFinite(report, scene, health),
            Symptom.Empty => scene.MeanOpacity < EmptyOpacity,
            Symptom.OverFull => full && health.BorderOpacity >= OverFullBorder && depth >= OpaqueDepth,
            Symptom.Fog => health.BorderOpacity >= FogBorder && ((full && depth < OpaqueDepth) || health.TranslucentShare >= FogTranslucentShare),
            Symptom.Frozen => report.GradientNorm == 0 || health.GuidanceNorm < SilentGuidance || health.ParameterChange < StillParameters,
            _ => throw new ArgumentOutOfRangeException(nameof(symptom), symptom, "Unknown symptom."),
        };
    }

    /// <summary>The measurements that the rules look at, in words.</summary>
    public string Describe(StepReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report is not { Scene: { } scene, Health: { } health }
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"opacity {scene.MeanOpacity:g3}, at the border {health.BorderOpacity:g3}, translucent {health.TranslucentShare:p0}, occupied {scene.OccupiedShare / _regionShare:p0} of the region, mean density {health.MeanDensity / _regionShare:g3}, gradient {report.GradientNorm:g3}, guidance {health.GuidanceNorm:g3}, parameters move by {health.ParameterChange:g3}");
    }

    // The grid's mean counts the cube's cells; outside the region they are 0.
    private double Depth(HealthReport health) => _diameter * health.MeanDensity / _regionShare;

    private static bool IsFinite(StepReport report, SceneReport scene, HealthReport health) =>
        double.IsFinite(report.GradientNorm + scene.MeanOpacity + scene.OccupiedShare)
        && double.IsFinite(health.MeanDensity + health.BorderOpacity + health.GuidanceNorm + health.ParameterChange)
        && report.Losses.All(loss => double.IsFinite(loss.Value));
}
