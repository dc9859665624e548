using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary><c>dfk render</c> on the run of the export's tests: a blob of eight steps.</summary>
public sealed class RenderCommandTests : IClassFixture<ExportCommandTests.TrainedRun>
{
    private readonly ExportCommandTests.TrainedRun _run;

    public RenderCommandTests(ExportCommandTests.TrainedRun run) => _run = run;

    [Fact]
    public void Pictures_go_into_the_run_folder_and_are_described()
    {
        DfkResult result = Dfk.Run(
            "render", _run.Path, "--view", "front,overhead", "--shading", "lambertian,depth", "--size", "24x16", "--background", "none", "--light", "45,30", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement[] files = [.. json.RootElement.GetProperty("files").EnumerateArray()];
        Assert.Equal(
            ["front-lambertian.png", "front-depth.png", "overhead-lambertian.png", "overhead-depth.png"], files.Select(file => Path.GetFileName(file.GetProperty("path").GetString()!)));
        Assert.All(files, file => Assert.Equal(Path.Combine(_run.Path, "renders"), Path.GetDirectoryName(file.GetProperty("path").GetString())));
        Assert.Equal([8, 16, 8, 16], files.Select(file => file.GetProperty("bits").GetInt32()));
        Assert.Equal([4, 2, 4, 2], files.Select(file => file.GetProperty("channels").GetInt32()));
        Assert.Equal(1e-4, files[1].GetProperty("depth_unit").GetDouble());
        Assert.Equal(75, files[2].GetProperty("elevation").GetDouble(), 3);
        // Width, height, bits and colour type of IHDR: 6 is RGB with alpha, 4 grey with alpha.
        byte[] colour = File.ReadAllBytes(files[0].GetProperty("path").GetString()!), depth = File.ReadAllBytes(files[1].GetProperty("path").GetString()!);
        Assert.Equal([0, 0, 0, 24, 0, 0, 0, 16, 8, 6], colour[16..26]);
        Assert.Equal([0, 0, 0, 24, 0, 0, 0, 16, 16, 4], depth[16..26]);
    }

    [Fact]
    public void The_same_render_has_the_same_bytes_for_any_number_of_threads()
    {
        using TemporaryFolder folder = new();
        byte[][] files = [.. new[] { "1", "3" }.Select(threads =>
        {
            string path = Path.Combine(folder.Path, threads + ".png");
            DfkResult result = Dfk.Run("render", _run.Path, "--azimuth", "20", "--elevation", "10", "--size", "64x64", "--shading", "phong", "--out", path, "--threads", threads, "--quiet");
            Assert.True(result.ExitCode == 0, result.Error);
            return File.ReadAllBytes(path);
        })];
        Assert.Equal(files[0], files[1]);
    }

    [Fact]
    public void Sheets_and_videos_of_field_and_mesh_are_written()
    {
        using TemporaryFolder folder = new();
        string checkpoint = Directory.EnumerateFiles(Path.Combine(_run.Path, "checkpoints"), "*.safetensors").Single();
        string sheet = Path.Combine(folder.Path, "sheet.png"), video = Path.Combine(folder.Path, "turn.apng"), mesh = Path.Combine(folder.Path, "thing.glb");
        DfkResult result = Dfk.Run("render", checkpoint, "--sheet", "--shading", "albedo,normal", "--size", "16x16", "--out", sheet);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal([0, 0, 0, 70, 0, 0, 0, 34, 8, 2], File.ReadAllBytes(sheet)[16..26]);
        result = Dfk.Run("render", checkpoint, "--out", video, "--frames", "3", "--size", "16x16");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("acTL", Encoding.Latin1.GetString(File.ReadAllBytes(video)), StringComparison.Ordinal);
        Assert.Equal(0, Dfk.Run("export", checkpoint, "--out", mesh, "--resolution", "32", "--faces", "1000", "--texture-size", "128").ExitCode);
        result = Dfk.Run("render", mesh, "--view", "front", "--shading", "textureless", "--size", "32x32");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(File.Exists(Path.Combine(folder.Path, "renders", "front-textureless.png")));
        Assert.Equal(3, Dfk.Run("render", mesh, "--view", "front", "--shading", "phong").ExitCode);
        Assert.Equal(3, Dfk.Run("render", mesh, "--background", "learnt").ExitCode);
    }

    [Fact]
    public void A_named_file_is_replaced_and_nothing_else()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "front.png"), other = Path.Combine(folder.Path, "notes.txt");
        File.WriteAllText(path, "an older picture");
        File.WriteAllText(other, "mine");
        string[] arguments = ["render", _run.Path, "--view", "front", "--size", "16x16", "--quiet", "--out"];
        Assert.Equal(0, Dfk.Run([.. arguments, path]).ExitCode);
        byte[] picture = File.ReadAllBytes(path);
        Assert.Equal([0, 0, 0, 16, 0, 0, 0, 16, 8, 2], picture[16..26]);
        Assert.Equal(0, Dfk.Run([.. arguments, folder.Path]).ExitCode);
        Assert.Equal(picture, File.ReadAllBytes(Path.Combine(folder.Path, "front-albedo.png")));
        Assert.Equal("mine", File.ReadAllText(other));
        // What cannot be rendered leaves the older file.
        Assert.Equal(3, Dfk.Run(["render", folder.Path, "--view", "front", "--out", path]).ExitCode);
        Assert.Equal(picture, File.ReadAllBytes(path));
        string taken = Path.Combine(folder.Path, "taken.png");
        Directory.CreateDirectory(taken);
        Assert.Equal(3, Dfk.Run([.. arguments, taken]).ExitCode);
    }

    [Fact]
    public void An_mp4_without_ffmpeg_is_exit_4_and_an_apng_where_none_was_asked_for()
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "turn.mp4");
        DfkResult result = RunWithoutPath("render", _run.Path, "--video", path, "--frames", "2", "--size", "16x16");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("ffmpeg", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
        result = RunWithoutPath("render", _run.Path, "--video", "--frames", "2", "--size", "16x16", "--out", folder.Path);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("animated PNG", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "turntable.apng")));
    }

    [Theory]
    [InlineData("--view", "top")]
    [InlineData("--view", "front,front")]
    [InlineData("--azimuth", "400")]
    [InlineData("--elevation", "91")]
    [InlineData("--size", "16")]
    [InlineData("--size", "16x99999")]
    [InlineData("--shading", "shiny")]
    [InlineData("--light", "up")]
    [InlineData("--background", "#12345")]
    [InlineData("--bits", "12")]
    [InlineData("--frames", "0")]
    [InlineData("--video", "turn.gif")]
    [InlineData("--out", "one.png")]
    public void Bad_values_are_usage_errors(string option, string value)
    {
        DfkResult result = Dfk.Run("render", _run.Path, option, value);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(value, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--view", "front", "--azimuth", "3")]
    [InlineData("--sheet", "--background", "none")]
    [InlineData("--sheet", "--video", "x.mp4")]
    [InlineData("--video", "x.mp4", "--out", "y.mp4")]
    [InlineData("--sheet", "--bits", "16")]
    public void Contradictions_are_usage_errors(params string[] options) => Assert.Equal(2, Dfk.Run(["render", _run.Path, .. options]).ExitCode);

    [Fact]
    public void A_run_without_a_mesh_says_how_to_make_one()
    {
        DfkResult result = Dfk.Run("render", Path.Combine(_run.Path, "checkpoints"), "--mesh");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("dfk export", result.Error, StringComparison.Ordinal);
    }

    // The host is named by its full path, so that the program starts without a PATH and finds no ffmpeg.
    private static DfkResult RunWithoutPath(params string[] arguments)
    {
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists);
        using TemporaryFolder empty = new();
        ProcessStartInfo start = new(host, [Dfk.ProgramPath, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment["PATH"] = empty.Path;
        using Process process = Process.Start(start)!;
        return Dfk.Wait(process);
    }
}
