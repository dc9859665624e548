using System;
using System.IO;
using System.Linq;
using System.Threading;
using DreamFusion.Pipeline.Cameras;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Imaging.Png;
using DreamFusion.Pipeline.Meshes;
using DreamFusion.Pipeline.Rendering;
using DreamFusion.Pipeline.Tests.Meshes;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Rendering;

public sealed class PictureRendererTests
{
    private const int Width = 61;
    private const int Height = 47;

    private static readonly PictureSize _size = new(Width, Height);
    private static readonly PictureLook _all = new() { Kinds = Enum.GetValues<PictureKind>() };

    // No tile border can show where no bit depends on the tile: odd tiles, single rows, half rows and the whole.
    [Theory]
    [InlineData(Width * Height)]
    [InlineData(Width)]
    [InlineData(100)]
    [InlineData(37)]
    public void A_field_has_the_same_bits_in_tiles_of_any_size_and_for_any_number_of_threads(int tile)
    {
        using var one = new RandomScene(threads: 1);
        using var four = new RandomScene(threads: 4);
        float[][] whole = Raw(one.Pictures, _all, Width * Height);
        Assert.True(whole[^2].Count(opacity => opacity > 0.5f) > 300);
        float[][] tiled = Raw(four.Pictures, _all, tile);
        for (int i = 0; i < whole.Length; i++)
        {
            Assert.Equal(whole[i], tiled[i]);
        }
    }

    [Theory]
    [InlineData(Width)]
    [InlineData(5 * Width)]
    [InlineData(Width * Height)]
    public void A_mesh_has_the_same_bits_in_tiles_of_any_size(int tile)
    {
        var look = new PictureLook { Kinds = [PictureKind.Albedo, PictureKind.Lambertian, PictureKind.Normal, PictureKind.Depth], Background = PictureBackground.Of(new Rgb(0.2f, 0.4f, 0.6f)) };
        float[][] whole = Raw(new MeshPictures(AsymmetricMesh.Value, threads: 1), look, 1 << 16);
        float[][] tiled = Raw(new MeshPictures(AsymmetricMesh.Value, threads: 4), look, tile);
        for (int i = 0; i < whole.Length; i++)
        {
            Assert.Equal(whole[i], tiled[i]);
        }
    }

    // Origin: the layers of the evaluation's sheets, which are rendered by another class.
    [Fact]
    public void A_field_looks_as_in_the_sheets()
    {
        using var scene = new RandomScene();
        FloatLayers layers = scene.Layered(Width, Height);
        float[][] raw = Raw(scene.Pictures, new PictureLook { Kinds = [PictureKind.Albedo, PictureKind.Textureless, PictureKind.Normal, PictureKind.Opacity] }, 1000);
        float[] grey = [.. layers.Textureless.SelectMany(value => Enumerable.Repeat(value, 3))];
        foreach ((float[] expected, float[] got) in new[] { (layers.Colour, raw[0]), (grey, raw[1]), (layers.Normal, raw[2]), (layers.Opacity, raw[3]) })
        {
            Assert.Equal(expected.Length, got.Length);
            Assert.True(expected.Zip(got).All(pair => MathF.Abs(pair.First - pair.Second) <= 2e-5f));
        }
    }

    // Straight alpha: colour · alpha + white · (1 - alpha) is the picture on white.
    [Fact]
    public void Alpha_over_white_is_the_picture_on_white()
    {
        using var scene = new RandomScene();
        PngImage clear = PictureRenderer.ToImages(scene.Pictures, RandomScene.Camera, _size, new PictureLook { Background = PictureBackground.None }, bits: 16)[0];
        PngImage white = PictureRenderer.ToImages(scene.Pictures, RandomScene.Camera, _size, new PictureLook(), bits: 16)[0];
        Assert.Equal((4, 3), (clear.Channels, white.Channels));
        int between = 0;
        for (int pixel = 0; pixel < _size.Pixels; pixel++)
        {
            double alpha = clear.Samples[(4 * pixel) + 3] / 65535.0;
            between += alpha is > 0.1 and < 0.9 ? 1 : 0;
            for (int c = 0; c < 3; c++)
            {
                double expected = (clear.Samples[(4 * pixel) + c] * alpha) + (65535 * (1 - alpha));
                Assert.InRange(white.Samples[(3 * pixel) + c], expected - 2, expected + 2);
            }
        }

        Assert.True(between > 20);
    }

    // A ball of radius r seen from R: R - r in the middle; along a ray at angle a to the axis R cos a - sqrt(r² - R² sin² a).
    [Fact]
    public void Sixteen_bits_of_depth_are_measured_distances_and_the_file_says_their_unit()
    {
        var ball = new MeshPictures(MeshExport.Run(AnalyticSolid.Ball, AnalyticSolid.Ball, Quick).Textured, threads: 2);
        OrbitCamera camera = new(70f, 75f, 3f, 1f);
        using TemporaryFolder folder = new();
        string path = folder.File("depth.png");
        PictureRenderer.WriteFiles(ball, camera, new PictureSize(101, 101), new PictureLook { Kinds = [PictureKind.Depth] }, bits: null, [path]);
        PngImage depth = PngReader.ReadFile(path);
        Assert.Equal((1, 16), (depth.Channels, depth.BitDepth));
        foreach (int column in (int[])[50, 60, 70, 80])
        {
            double tangent = (column - 50.0) / camera.FocalPixels(101), sine = tangent / Math.Sqrt(1 + (tangent * tangent));
            double expected = (3 * Math.Sqrt(1 - (sine * sine))) - Math.Sqrt((AnalyticSolid.Radius * AnalyticSolid.Radius) - (9 * sine * sine));
            Assert.InRange(depth.Samples[(50 * 101) + column] * 1e-4, expected - 6e-3, expected + 6e-3);
        }

        Assert.Equal(0, depth.Samples[0]);
        Assert.Contains("Depth unit\0" + "0.0001", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4f, 1.15f, 1e-4)]
    [InlineData(6f, 1.15f, 1e-3)]
    [InlineData(900f, 2f, 1e-1)]
    public void The_unit_of_depth_grows_until_the_scene_fits(float distance, float radius, double unit)
    {
        var scale = DepthScale.For(new OrbitCamera(0f, 90f, distance, 1f), radius);
        Assert.Equal(unit, scale.Unit, 12);
        Assert.Equal((distance - radius, distance + radius), (scale.Near, scale.Far));
        Assert.Equal((1f, 0f), (scale.Show(scale.Near), scale.Show(scale.Far)));
        Assert.InRange(scale.Measure(scale.Far), 1, 65535);
    }

    // Half a step up is the next sample: a picture that cut off would be half a step too dark on average.
    [Theory]
    [InlineData(0.5f / 255f, 1)]
    [InlineData(0.49f / 255f, 0)]
    [InlineData(254.5f / 255f, 255)]
    [InlineData(1.7f, 255)]
    [InlineData(-0.2f, 0)]
    public void Values_are_rounded_and_clamped(float value, int expected)
    {
        var pixels = new RawPixels([PictureKind.Albedo], 1) { Count = 1 };
        pixels.Colour(0).Fill(value);
        ushort[] samples = new ushort[3];
        new PictureTone(PictureKind.Albedo, 0, 8, withAlpha: false).Write(pixels, default, samples);
        Assert.Equal([(ushort)expected, (ushort)expected, (ushort)expected], samples);
    }

    [Fact]
    public void A_field_of_numbers_that_are_none_is_an_error()
    {
        var pixels = new RawPixels([PictureKind.Albedo], 1) { Count = 1 };
        pixels.Colour(0).Fill(float.NaN);
        Assert.Throws<DfkException>(() => new PictureTone(PictureKind.Albedo, 0, 8, withAlpha: false).Write(pixels, default, new ushort[3]));
    }

    [Fact]
    public void Stopping_leaves_nothing_behind()
    {
        using var scene = new RandomScene();
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => PictureRenderer.WriteFiles(
            scene.Pictures, RandomScene.Camera, new PictureSize(200, 200), new PictureLook { Kinds = [PictureKind.Albedo, PictureKind.Depth] }, null,
            [folder.File("a.png"), folder.File("b.png")], _ => stop.Cancel(), stop.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_sheet_has_a_column_for_each_view_and_a_row_for_each_kind()
    {
        var mesh = new MeshPictures(AsymmetricMesh.Value, threads: 2);
        OrbitCamera home = new(0f, 60f, 4f, 1.15f);
        using TemporaryFolder folder = new();
        PictureSize size = PictureSheet.Write(
            folder.File("sheet.png"), mesh, [home, home with { AzimuthDegrees = 90f }, home with { AzimuthDegrees = 180f }], new PictureSize(20, 30), new PictureLook { Kinds = [PictureKind.Albedo, PictureKind.Depth] });
        PngImage sheet = PngReader.ReadFile(folder.File("sheet.png"));
        Assert.Equal(new PictureSize(64, 62), size);
        Assert.Equal((64, 62, 3, 8), (sheet.Width, sheet.Height, sheet.Channels, sheet.BitDepth));
        Assert.Throws<DfkException>(() => PictureSheet.Write(folder.File("large.png"), mesh, [home], new PictureSize(30_000, 30_000), new PictureLook()));
    }

    internal static ExportOptions Quick { get; } = new() { Threshold = AnalyticSolid.FullDensity / 2f, Resolution = 64, Faces = 6000, TextureSize = 256, ReportViews = 1, ViewSize = 32 };

    internal static Lazy<TexturedMesh> AsymmetricMesh { get; } = new(() => MeshExport.Run(AnalyticSolid.Asymmetric, AnalyticSolid.Asymmetric, Quick).Textured);

    private static float[][] Raw(IPictureSource source, PictureLook look, int tile)
    {
        float[][] layers = [.. look.Kinds.Select(kind => new float[PictureLook.IsColour(kind) ? 3 * _size.Pixels : 0]), new float[_size.Pixels], new float[_size.Pixels]];
        int first = 0;
        PictureRenderer.Render(source, RandomScene.Camera, _size, look, pixels =>
        {
            for (int i = 0; i < look.Kinds.Count; i++)
            {
                if (PictureLook.IsColour(look.Kinds[i]))
                {
                    pixels.Colour(i).CopyTo(layers[i].AsSpan(3 * first));
                }
            }

            pixels.Opacity.CopyTo(layers[^2].AsSpan(first));
            pixels.Depth.CopyTo(layers[^1].AsSpan(first));
            first += pixels.Count;
        }, new RawPixels(look.Kinds, tile));
        return [.. layers.Where(layer => layer.Length > 0)];
    }
}
