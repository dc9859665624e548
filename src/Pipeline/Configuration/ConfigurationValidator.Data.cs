using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>Ranges and contradictions of cameras and lights.</summary>
internal sealed partial class ConfigurationValidator
{
    private const string Training = "data.train_dataset.";

    private void CheckMaterial(MaterialConfiguration material)
    {
        Within("material.light_spread", material.LightSpread, 0, 10);
        PositiveRange("material.light_distance_range", material.LightDistanceRange, 1000);
        Colour("material.light_colour", material.LightColour);
        Within("material.specular_strength", material.SpecularStrength, 0, 10);
        Within("material.specular_exponent", material.SpecularExponent, 1, 1000);
    }

    private void CheckData(DataConfiguration data)
    {
        TrainDataConfiguration train = data.Train;
        CheckStages(train);
        PositiveRange(Training + "radius_range", train.RadiusRange, 1000);
        Range(Training + "theta_range", train.ThetaRange, 0, 180);
        Range(Training + "phi_range", train.PhiRange, -360, 360);
        Share(Training + "overhead_ratio", train.OverheadRatio);
        Range(Training + "overhead_theta_range", train.OverheadThetaRange, 0, 180);
        Share(Training + "uniform_sphere_rate", train.UniformSphereRate);
        Share(Training + "uniform_area_rate", train.UniformAreaRate);
        Within(Training + "jitter_center", train.JitterCenter, 0, 100);
        Within(Training + "jitter_target", train.JitterTarget, 0, 100);
        Within(Training + "jitter_up", train.JitterUp, 0, 1);
        CheckLens(train);
        CheckProgress(train);
        CheckViews("data.val_dataset", data.Validation);
        CheckViews("data.test_dataset", data.Test);
    }

    private void CheckStages(TrainDataConfiguration train)
    {
        int stages = train.ResolutionMilestones.Values.Length + 1;
        foreach ((string name, CountList counts, int min, int max) in new[]
        {
            ("batch_size", train.BatchSize, 1, 64), ("width", train.Width, 8, 1024), ("height", train.Height, 8, 1024),
        })
        {
            Require(Training + name, counts.Values.Length == 1 || counts.Values.Length == stages,
                stages == 1 ? "one number, or a list with resolution_milestones" : string.Create(CultureInfo.InvariantCulture, $"one number, or {stages}: one for each stage that resolution_milestones makes"),
                counts);
            foreach (int count in counts.Values)
            {
                Within(Training + name, count, min, max);
            }
        }

        int last = 0;
        foreach (int milestone in train.ResolutionMilestones.Values)
        {
            Require(Training + "resolution_milestones", milestone > last, "steps that rise, from 1", train.ResolutionMilestones);
            last = Math.Max(last, milestone);
        }
    }

    private void CheckLens(TrainDataConfiguration train)
    {
        (string Name, Interval? Range, double Max)[] lenses =
        [
            ("half_width_range", train.HalfWidthRange, 100),
            ("fovx_range", train.FovxRange, 179),
            ("fovy_range", train.FovyRange, 179),
            ("focal_range", train.FocalRange, 100),
        ];
        List<string> set = [];
        foreach ((string name, Interval? range, double max) in lenses)
        {
            if (range is { } value)
            {
                set.Add(name);
                PositiveRange(Training + name, value, max);
            }
        }

        // NeMo's files give both fields of view and draw once; pixels are square, so that is one camera only for a square image.
        bool isOneDraw = set is ["fovx_range", "fovy_range"] && train.FovxRange == train.FovyRange && train.Width == train.Height;
        if (set.Count == 0)
        {
            Add(Training + "half_width_range", $"no lens is set; set one of {string.Join(", ", lenses.Select(lens => lens.Name))}");
        }
        else if (set.Count > 1 && !isOneDraw)
        {
            Add(Training + set[^1], $"{string.Join(" and ", set)} are set, and each gives the field of view; keep one and write null for the others"
                + (set is ["fovx_range", "fovy_range"] ? " (they may stand together only if they are equal and the image is square)" : ""));
        }
    }

    private void CheckProgress(TrainDataConfiguration train)
    {
        Share(Training + "progressive_view_init_ratio", train.ProgressiveViewInitRatio);
        Within(Training + "progressive_until_steps", train.ProgressiveUntilSteps, 0, 1_000_000);
        Positive(Training + "default_radius", train.DefaultRadius, 1000);
        Within(Training + "default_polar", train.DefaultPolar, 0, 180);
        Within(Training + "default_azimuth", train.DefaultAzimuth, -360, 360);
        Positive(Training + "default_fovy", train.DefaultFovy, 179);
        bool isProgressive = train.ProgressiveView || train.ProgressiveUntilSteps > 0;
        Require(Training + "progressive_until_steps", !(train.ProgressiveView && train.ProgressiveUntilSteps > 0),
            "0 beside progressive_view, which widens the angles too", train.ProgressiveUntilSteps);
        Require(Training + "uniform_sphere_rate", !(isProgressive && train.UniformSphereRate > 0f),
            "0 beside a progressive view, as directions on the whole half sphere know no ranges", train.UniformSphereRate);
    }

    private void CheckViews(string name, ViewDataConfiguration views)
    {
        Within(name + ".size", views.Size, 1, 1000);
        Within(name + ".width", views.Width, 8, 4096);
        Within(name + ".height", views.Height, 8, 4096);
    }

    private void PositiveRange(string name, Interval interval, double max)
    {
        Range(name, interval, 0, max);
        Require(name, interval.Min > 0f, "more than 0", Show(interval));
    }
}
