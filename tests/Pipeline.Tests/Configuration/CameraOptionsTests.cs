using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Configuration;

public sealed class CameraOptionsTests
{
    private const string Training = "data.train_dataset.";

    [Fact]
    public void Two_lenses_are_refused_with_what_to_do()
    {
        string message = Refused((Training + "half_width_range", "[1, 2]"), (Training + "focal_range", "[0.7, 1.35]"));
        Assert.Contains(Training + "focal_range: half_width_range and focal_range are set", message, StringComparison.Ordinal);
        Assert.Contains("keep one and write null", message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_lens_is_refused()
    {
        Assert.Contains("no lens is set; set one of half_width_range, fovx_range, fovy_range, focal_range", Refused((Training + "half_width_range", "null")), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_fields_of_view_of_a_nemo_file_are_one_draw_of_a_square_image()
    {
        (string, string)[] both = [(Training + "half_width_range", "null"), (Training + "fovx_range", "[10, 30]"), (Training + "fovy_range", "[10, 30]")];
        TrainDataConfiguration data = Resolve(both).Data.Train;
        Assert.Equal((new Interval(10f, 30f), null), (data.FovyRange!.Value, data.HalfWidthRange));
        Assert.Contains("only if they are equal and the image is square", Refused([.. both, (Training + "width", "80")]), StringComparison.Ordinal);
        Assert.Contains("only if they are equal and the image is square", Refused([.. both[..2], (Training + "fovy_range", "[10, 40]")]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_source_replaces_the_lens_of_an_earlier_one()
    {
        TrainDataConfiguration data = Resolve((Training + "fovx_range", "[10, 30]"), (Training + "fovy_range", "[10, 30]")).Data.Train;
        Assert.Equal((null, new Interval(10f, 30f), new Interval(10f, 30f)), (data.HalfWidthRange, data.FovxRange!.Value, data.FovyRange!.Value));
        ConfigurationOverride[] typed = [new("--set", "prompt", "a donut"), new("--set", Training + "focal_range", "[1, 1.35]")];
        data = new ConfigurationSources { Overrides = typed }.Resolve().Data.Train;
        Assert.Equal((null, new Interval(1f, 1.35f)), (data.HalfWidthRange, data.FocalRange!.Value));
    }

    [Fact]
    public void Null_can_be_typed()
    {
        ConfigurationOverride[] typed = [new("--set", "prompt", "a donut"), new("--set", Training + "half_width_range", "null")];
        DfkException error = Assert.Throws<DfkException>(() => new ConfigurationSources { Overrides = typed }.Resolve());
        Assert.Contains("no lens is set", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batch_size", "65", "expected 1 to 64")]
    [InlineData("radius_range", "[0, 4]", "expected more than 0")]
    [InlineData("uniform_sphere_rate", "1.5", "expected 0 to 1")]
    [InlineData("jitter_up", "-1", "expected 0 to 1")]
    [InlineData("default_fovy", "180", "expected above 0, at most 179")]
    [InlineData("jitter_up_axis", "sky", "expected one of world, image")]
    public void Values_out_of_range_are_refused(string option, string value, string expected)
    {
        Assert.Contains($"{Training}{option}: {expected}", Refused((Training + option, value)), StringComparison.Ordinal);
    }

    [Fact]
    public void Progressive_views_exclude_what_knows_no_ranges_and_each_other()
    {
        string message = Refused((Training + "progressive_view", "true"), (Training + "uniform_sphere_rate", "0.5"), (Training + "progressive_until_steps", "100"));
        Assert.Contains(Training + "uniform_sphere_rate: expected 0 beside a progressive view", message, StringComparison.Ordinal);
        Assert.Contains(Training + "progressive_until_steps: expected 0 beside progressive_view", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_light_has_its_ranges()
    {
        string message = Refused(("material.light_distance_range", "[0, 1]"), ("material.light_colour", "[1, 2, 1]"));
        Assert.Contains("material.light_distance_range: expected more than 0", message, StringComparison.Ordinal);
        Assert.Contains("material.light_colour: expected three numbers from 0 to 1", message, StringComparison.Ordinal);
    }

    private static string Refused(params (string Key, string Value)[] values) => Assert.Throws<DfkException>(() => Resolve(values)).Message;

    // Through a file, as a NeMo configuration comes.
    private static RunConfiguration Resolve(params (string Key, string Value)[] values)
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "options.yaml");
        File.WriteAllLines(path, ["prompt: a donut", .. Lines([.. values.Select(v => (v.Key.Split('.'), v.Value))], 0)]);
        return new ConfigurationSources { ConfigurationPath = path }.Resolve();
    }

    private static IEnumerable<string> Lines((string[] Path, string Value)[] values, int depth)
    {
        string indent = new(' ', 2 * depth);
        foreach (IGrouping<string, (string[] Path, string Value)> group in values.GroupBy(v => v.Path[depth]))
        {
            bool isGroup = group.First().Path.Length > depth + 1;
            yield return $"{indent}{group.Key}:{(isGroup ? "" : " " + group.First().Value)}";
            foreach (string line in isGroup ? Lines([.. group], depth + 1) : [])
            {
                yield return line;
            }
        }
    }
}
