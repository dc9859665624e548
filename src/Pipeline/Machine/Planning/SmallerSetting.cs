using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DreamFusion.Pipeline.Configuration;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>A setting that needs less.</summary>
/// <param name="Options">What to add to the command line.</param>
/// <param name="Plan">What the run then needs.</param>
public sealed record SmallerSetting(string Options, ResourcePlan Plan)
{
    private const int SmallestSide = 32;
    private const int SmallestPicture = 64;
    private const int LeastSteps = 8;
    private const int SmallestTable = 14;
    private const int LeastFieldMemory = 32;
    private const int FewestPictures = 4;

    // In the order of what they cost the result: nothing, what dfk export makes later, last digits, pictures, detail.
    private static readonly IReadOnlyList<Lever> _levers =
    [
        new(
            c => c.Threads == 1 ? null : c with { Threads = 1 },
            c => string.Create(CultureInfo.InvariantCulture, $"--threads {c.Threads}")),
        new(
            c => c.ExportMesh ? c with { ExportMesh = false } : null,
            c => c.ExportMesh ? "" : "--no-mesh"),
        new(
            c => c.Renderer.FieldMemoryMebibytes <= LeastFieldMemory ? null
                : c with { Renderer = c.Renderer with { FieldMemoryMebibytes = Math.Max(LeastFieldMemory, c.Renderer.FieldMemoryMebibytes / 2) } },
            c => Set("renderer.field_memory", c.Renderer.FieldMemoryMebibytes)),
        new(
            c => c.Data.Test.Size <= FewestPictures ? null : WithTest(c, c.Data.Test with { Size = Math.Max(FewestPictures, c.Data.Test.Size / 2) }),
            c => Set("data.test_dataset.size", c.Data.Test.Size)),
        new(
            c => Math.Min(c.Data.Test.Width, c.Data.Test.Height) < 2 * SmallestPicture ? null
                : WithTest(c, c.Data.Test with { Width = c.Data.Test.Width / 2, Height = c.Data.Test.Height / 2 }),
            c => $"{Set("data.test_dataset.width", c.Data.Test.Width)} {Set("data.test_dataset.height", c.Data.Test.Height)}"),
        new(
            c => c.Renderer.EvalMaxSteps < 2 * LeastSteps ? null : c with { Renderer = c.Renderer with { EvalMaxSteps = c.Renderer.EvalMaxSteps / 2 } },
            c => Set("renderer.eval_max_steps", c.Renderer.EvalMaxSteps)),
        new(
            HalveSize,
            c => string.Create(CultureInfo.InvariantCulture, $"--size {c.Data.Train.SizeAt(0).Width}x{c.Data.Train.SizeAt(0).Height}")),
        new(
            c => c.Renderer.MaxSteps < 2 * LeastSteps ? null : c with { Renderer = c.Renderer with { MaxSteps = c.Renderer.MaxSteps / 2 } },
            c => Set("renderer.max_steps", c.Renderer.MaxSteps)),
        new(
            c => c.Nerf.Encoder.EncoderType != EncoderType.Hashgrid || c.Nerf.Encoder.Log2HashmapSize <= SmallestTable ? null
                : c with { Nerf = c.Nerf with { Encoder = c.Nerf.Encoder with { Log2HashmapSize = c.Nerf.Encoder.Log2HashmapSize - 1 } } },
            c => Set("nerf.encoder_cfg.log2_hashmap_size", c.Nerf.Encoder.Log2HashmapSize)),
    ];

    /// <summary>
    /// Looks for the setting that costs least: one option alone where one is enough, else several, each no lower than needed. Every candidate is
    /// planned as a run would be.
    /// </summary>
    /// <param name="configuration">The setting that does not fit.</param>
    /// <param name="plan">The planner.</param>
    /// <param name="fits">Whether a plan fits.</param>
    /// <returns>Null if nothing fits.</returns>
    public static SmallerSetting? Find(RunConfiguration configuration, Func<RunConfiguration, ResourcePlan> plan, Func<ResourcePlan, bool> fits)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(fits);
        return _levers.Select(lever => lever.Lower(configuration, plan, fits, mustFit: true)).FirstOrDefault(found => found is not null) is { } alone
            ? Describe(configuration, alone, plan)
            : Several(configuration, plan, fits);
    }

    // Each lever is drawn as far as it helps; those that turn out not to be needed go back.
    private static SmallerSetting? Several(RunConfiguration configuration, Func<RunConfiguration, ResourcePlan> plan, Func<ResourcePlan, bool> fits)
    {
        RunConfiguration smaller = configuration;
        foreach (Lever lever in _levers)
        {
            smaller = lever.Lower(smaller, plan, fits, mustFit: false) ?? smaller;
            if (fits(plan(smaller)))
            {
                return Describe(configuration, smaller, plan);
            }
        }
        return null;
    }

    private static SmallerSetting Describe(RunConfiguration from, RunConfiguration to, Func<RunConfiguration, ResourcePlan> plan) =>
        new(string.Join(' ', _levers.Where(lever => lever.Option(from) != lever.Option(to)).Select(lever => lever.Option(to))), plan(to));

    private static RunConfiguration? HalveSize(RunConfiguration c)
    {
        TrainSize size = c.Data.Train.SizeAt(0);
        bool isSingle = c.Data.Train.Width.Values.Length == 1 && c.Data.Train.Height.Values.Length == 1;
        return !isSingle || Math.Min(size.Width, size.Height) < 2 * SmallestSide ? null
            : c with { Data = c.Data with { Train = c.Data.Train with { Width = size.Width / 2, Height = size.Height / 2 } } };
    }

    private static RunConfiguration WithTest(RunConfiguration c, ViewDataConfiguration test) => c with { Data = c.Data with { Test = test } };

    private static string Set(string key, int value) => string.Create(CultureInfo.InvariantCulture, $"--set {key}={value}");

    // Next is null where the option is as low as it goes.
    private sealed record Lever(Func<RunConfiguration, RunConfiguration?> Next, Func<RunConfiguration, string> Option)
    {
        public RunConfiguration? Lower(RunConfiguration configuration, Func<RunConfiguration, ResourcePlan> plan, Func<ResourcePlan, bool> fits, bool mustFit)
        {
            RunConfiguration best = configuration;
            long least = plan(configuration).HostPeak.Bytes;
            for (RunConfiguration? next = Next(configuration); next is not null; next = Next(next))
            {
                ResourcePlan planned = plan(next);
                if (fits(planned))
                {
                    return next;
                }
                if (planned.HostPeak.Bytes < least)
                {
                    (best, least) = (next, planned.HostPeak.Bytes);
                }
            }
            return mustFit ? null : best;
        }
    }
}
