using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary><c>dfk export</c> on a field of eight training steps: a blob, but a whole one.</summary>
public sealed class ExportCommandTests : IClassFixture<ExportCommandTests.TrainedRun>
{
    private readonly TrainedRun _run;

    public ExportCommandTests(TrainedRun run) => _run = run;

    [Fact]
    public void The_mesh_is_written_into_the_run_folder_and_measured()
    {
        DfkResult result = Dfk.Run("export", _run.Path, "--json", "--resolution", "48", "--faces", "2000", "--texture-size", "256");
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        string file = root.GetProperty("files")[0].GetString()!;
        Assert.Equal(Path.Combine(_run.Path, "mesh.glb"), file);
        Assert.Equal("glTF", Encoding.ASCII.GetString(File.ReadAllBytes(file), 0, 4));
        Assert.InRange(root.GetProperty("faces").GetInt32(), 100, 2000);
        Assert.True(root.GetProperty("watertight").GetBoolean());
        Assert.Equal((0, 0, 0), (root.GetProperty("non_manifold_edges").GetInt32(), root.GetProperty("overlapping_texels").GetInt32(), root.GetProperty("inconsistent_edges").GetInt32()));
        Assert.InRange(root.GetProperty("silhouette_iou").GetDouble(), 0.8, 1.0);
        Assert.True(root.GetProperty("psnr").GetDouble() > 15);
        Assert.Equal(
            ["scout", "threshold", "surface", "clean-up", "decimation", "normals", "atlas", "texture", "report"],
            root.GetProperty("seconds").EnumerateObject().Select(stage => stage.Name));
    }

    [Fact]
    public void A_checkpoint_and_a_threshold_can_be_given_and_the_report_is_readable()
    {
        string checkpoint = Directory.EnumerateFiles(Path.Combine(_run.Path, "checkpoints"), "*.safetensors").Single();
        using TemporaryFolder folder = new();
        string file = Path.Combine(folder.Path, "thing.obj");
        DfkResult result = Dfk.Run("export", checkpoint, "--out", file, "--resolution", "32", "--faces", "1000", "--texture-size", "128", "--threshold", "2", "--verbose");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(["thing.mtl", "thing.obj", "thing.png"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] expected = ["mesh " + file, "  watertight  yes", "  texture     128x128", "  surface     density 2;", "              decimation"];
        Assert.All(expected, text => Assert.Contains(result.Output.Split('\n'), line => line.StartsWith(text, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--threshold", "0")]
    [InlineData("--threshold", "nan")]
    [InlineData("--resolution", "8")]
    [InlineData("--faces", "99")]
    [InlineData("--texture-size", "10000")]
    [InlineData("--format", "fbx")]
    [InlineData("--out", "mesh.stl")]
    public void Values_out_of_range_are_usage_errors(string option, string value)
    {
        DfkResult result = Dfk.Run("export", _run.Path, option, value);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_format_that_contradicts_the_file_is_a_usage_error()
    {
        Assert.Equal(2, Dfk.Run("export", _run.Path, "--format", "ply", "--out", "mesh.glb").ExitCode);
    }

    [Fact]
    public void A_picture_with_the_textures_name_is_not_written_over()
    {
        using TemporaryFolder folder = new();
        string picture = Path.Combine(folder.Path, "thing.png");
        File.WriteAllText(picture, "somebody's");
        DfkResult result = Dfk.Run("export", _run.Path, "--out", Path.Combine(folder.Path, "thing.obj"));
        Assert.Equal(3, result.ExitCode);
        Assert.Contains(picture, result.Error, StringComparison.Ordinal);
        Assert.Equal([picture], Directory.EnumerateFiles(folder.Path));
        Assert.Equal("somebody's", File.ReadAllText(picture));
    }

    [Fact]
    public void A_folder_without_a_checkpoint_is_bad_input()
    {
        using TemporaryFolder folder = new();
        DfkResult result = Dfk.Run("export", folder.Path);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("checkpoint", result.Error, StringComparison.Ordinal);
    }

    public sealed class TrainedRun : IDisposable
    {
        private const int Steps = 8;
        private readonly TemporaryFolder _folder = new();

        public TrainedRun()
        {
            Path = System.IO.Path.Combine(_folder.Path, "run");
            DfkResult result = Dfk.Run(
                "train", "a hamburger", "--out", Path, "--iters", Steps.ToString(CultureInfo.InvariantCulture), "--quiet", "--no-video", "--no-mesh",
                "--set", "data.test_dataset.width=32", "--set", "data.test_dataset.height=32", "--set", "data.test_dataset.size=1");
            Assert.True(result.ExitCode == 0, result.Error);
        }

        public string Path { get; }

        public void Dispose() => _folder.Dispose();
    }
}
