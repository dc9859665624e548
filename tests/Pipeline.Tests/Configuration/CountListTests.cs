using System;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Configuration;

public sealed class CountListTests
{
    // threestudio's prolificdreamer: 64 x 64 views, from step 5000 on 512 x 512, and batches of 12, 8 and 4.
    [Fact]
    public void A_list_has_a_number_for_each_stage()
    {
        TrainDataConfiguration data = Resolve("width=[64, 128, 512]", "height=[64, 128, 512]", "batch_size=[12, 8, 4]", "resolution_milestones=[200, 5000]").Data.Train;
        Assert.Equal(new TrainSize(64, 64, 12), data.SizeAt(0));
        Assert.Equal(new TrainSize(64, 64, 12), data.SizeAt(199));
        Assert.Equal(new TrainSize(128, 128, 8), data.SizeAt(200));
        Assert.Equal(new TrainSize(512, 512, 4), data.SizeAt(5000));
        Assert.Equal(new TrainSize(32, 32, 1), Resolve("width=32", "height=32", "resolution_milestones=[200]").Data.Train.SizeAt(300));
    }

    [Fact]
    public void A_written_list_reads_back_as_itself()
    {
        RunConfiguration staged = Resolve("width=[64, 512]", "height=[64, 512]", "resolution_milestones=[5000]");
        string written = ConfigurationFile.Write(staged);
        Assert.Contains("    width: [64, 512]\n", written, StringComparison.Ordinal);
        Assert.Contains("    batch_size: 1\n", written, StringComparison.Ordinal);
        Assert.Contains("    resolution_milestones: []\n", ConfigurationFile.Write(Resolve()), StringComparison.Ordinal);
        Assert.Equal(staged.Data, Resolve("width=[64, 512]", "height=[64, 512]", "resolution_milestones=5000").Data);
    }

    [Theory]
    [InlineData("width", "width=[64, 512]", "expected one number, or a list with resolution_milestones, got [64, 512]")]
    [InlineData("height", "height=[64, 128, 512]", "expected one number, or 2: one for each stage that resolution_milestones makes, got [64, 128, 512]", "resolution_milestones=[9]")]
    [InlineData("width", "width=[]", "expected one number, or a list with resolution_milestones, got []")]
    [InlineData("width", "width=[64, 4000]", "expected 8 to 1024, got 4000", "resolution_milestones=[9]")]
    [InlineData("width", "width=[64, many]", "expected a whole number or a list of them, got 'many'")]
    [InlineData("resolution_milestones", "resolution_milestones=[9, 9]", "expected steps that rise, from 1, got [9, 9]")]
    public void Wrong_lists_are_named(string name, string setting, string expected, params string[] others)
    {
        DfkException error = Assert.Throws<DfkException>(() => Resolve([setting, .. others]));
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains($"data.train_dataset.{name}: {expected}", error.Message, StringComparison.Ordinal);
    }

    private static RunConfiguration Resolve(params string[] settings) => new ConfigurationSources
    {
        Overrides =
        [
            new("<prompt>", "prompt", "a hamburger"),
            .. settings.Select(setting => setting.Split('=')).Select(parts => new ConfigurationOverride("--set", "data.train_dataset." + parts[0], parts[1])),
        ],
    }.Resolve();
}
