using System;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Imaging.Video;
using DreamFusion.Pipeline.Rendering;
using DreamFusion.Pipeline.Tests.Meshes;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Rendering;

public sealed class TurntableTests
{
    private static readonly OrbitCamera _home = new(0f, 70f, 3.5f, 1f);

    // Origin: the object itself by ray tracing. It has no symmetry, so a mirrored picture or a turn the other way is far off.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_meshs_turntable_shows_the_object_from_the_cameras_of_its_frames(int frame)
    {
        var turntable = Small(AnalyticSolid.Asymmetric.Bound);
        var source = new MeshPictures(PictureRendererTests.AsymmetricMesh.Value, threads: 2);
        Assert.Equal(frame * 60f, turntable.CameraOf(frame).AzimuthDegrees);
        double Error(OrbitCamera camera, bool mirrored)
        {
            byte[] drawn = new byte[3 * turntable.Shape.Width * turntable.Shape.Height];
            turntable.Draw(source, turntable.CameraOf(frame), PictureRenderer.Room(source, turntable.Panel, turntable.Look), drawn, CancellationToken.None);
            float[] truth = AnalyticSolid.Asymmetric.Render(camera, 48, 40).Colour.Data;
            double sum = 0;
            for (int i = 0; i < truth.Length; i++)
            {
                int column = i / 3 % 48, row = i / 3 / 48, shown = mirrored ? 47 - column : column;
                sum += Math.Pow(truth[i] - (drawn[(3 * ((row * 144) + shown)) + (i % 3)] / 255.0), 2);
            }

            return Math.Sqrt(sum / truth.Length);
        }

        double right = Error(turntable.CameraOf(frame), mirrored: false);
        Assert.True(right < 0.05, $"{right}");
        Assert.True(Error(turntable.CameraOf(frame), mirrored: true) > 2 * right);
        Assert.True(Error(_home with { AzimuthDegrees = -60f * frame }, mirrored: false) > 2 * right || frame == 0);
    }

    [Fact]
    public void Without_ffmpeg_the_video_is_an_apng_with_one_line_that_says_so()
    {
        using TemporaryFolder folder = new();
        var none = new FfmpegProgram(null, "ffmpeg is not on the PATH");
        var target = VideoTarget.Choose(folder.File("turntable"), none);
        Assert.Equal((folder.File("turntable.apng"), null), (target.Path, target.Program));
        Assert.Contains("ffmpeg is not on the PATH", target.Note, StringComparison.Ordinal);
        int last = 0;
        Small(1f).Write(new MeshPictures(PictureRendererTests.AsymmetricMesh.Value, threads: 2), target, done => last = done);
        Assert.Equal(6, last);
        PngImage first = PngReader.ReadFile(target.Path);
        Assert.Equal((144, 40), (first.Width, first.Height));
        Assert.Equal([target.Path], Directory.EnumerateFileSystemEntries(folder.Path));
        DfkException error = Assert.Throws<DfkException>(() => VideoTarget.Demand(folder.File("x.mp4"), () => none));
        Assert.Equal(ExitCode.MachineLacks, error.ExitCode);
        Assert.Null(VideoTarget.Demand(folder.File("x.apng"), () => throw new InvalidOperationException()).Program);
    }

    [Fact]
    public void The_bytes_of_an_apng_do_not_depend_on_the_threads()
    {
        using TemporaryFolder folder = new();
        byte[][] files = [.. new[] { 1, 3 }.Select(threads =>
        {
            using var scene = new RandomScene(threads);
            string path = folder.File($"{threads}.apng");
            (Small(1f) with { Frames = 3 }).Write(scene.Pictures, new VideoTarget(path, null, null));
            return File.ReadAllBytes(path);
        })];
        Assert.Equal(files[0], files[1]);
    }

    [Fact]
    public void Stopping_leaves_no_file()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => Small(1f).Write(
            new MeshPictures(PictureRendererTests.AsymmetricMesh.Value, threads: 2), new VideoTarget(folder.File("x.apng"), null, null), _ => stop.Cancel(), stop.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static Turntable Small(float bound) => new() { Camera = _home with { Radius = 3.5f * bound, HalfWidth = bound }, Panel = new PictureSize(48, 40), Frames = 6 };
}
