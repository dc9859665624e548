using System;
using System.Linq;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Rays;
using DreamFusion.References.Rays;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.Rays;

public sealed class CameraRaysTests
{
    /// <summary>The orbit camera of the design: y up, azimuth from +z towards +x, polar angle from +y.</summary>
    internal static PinholeCamera Orbit(double azimuthDegrees, double polarDegrees, double radius, double focalPixels, int width, int height)
    {
        double phi = azimuthDegrees * Math.PI / 180, theta = polarDegrees * Math.PI / 180;
        var back = new Float3((float)(Math.Sin(theta) * Math.Sin(phi)), (float)Math.Cos(theta), (float)(Math.Sin(theta) * Math.Cos(phi)));
        var right = new Float3((float)Math.Cos(phi), 0f, (float)-Math.Sin(phi));
        return new PinholeCamera
        {
            Position = back * (float)radius,
            Right = right,
            Up = Float3.Cross(back, right),
            Back = back,
            FocalPixels = (float)focalPixels,
            Width = width,
            Height = height,
        };
    }

    internal static RayBatch Allocate(TestDevice device, int count) => new(
        device.Zeros<Float3>(count), device.Zeros<Float3>(count), device.Zeros<float>(count), device.Zeros<float>(count));

    internal static RayBatch Cast<TBound>(TestDevice device, in PinholeCamera camera, TBound bound)
        where TBound : unmanaged, IRayBound
    {
        RayBatch rays = Allocate(device, camera.PixelCount);
        device.Kernels<CameraRays<TBound>>().Cast(camera, bound, rays);
        return rays;
    }

    [Theory]
    [InlineData(0, 63)]
    [InlineData(5, 17)]
    [InlineData(62, 1)]
    public void ATileHasTheRaysOfItsPixels(int first, int count)
    {
        using var device = new TestDevice();
        PinholeCamera camera = Orbit(40, 70, 3.5, 12, 9, 7);
        RayBatch all = Cast(device, camera, new SphereBound(1.15f)), tile = Allocate(device, count);
        device.Kernels<CameraRays<SphereBound>>().CastTile(camera, new SphereBound(1.15f), first, tile);
        Assert.Equal(device.Read(all.Directions)[first..(first + count)], device.Read(tile.Directions));
        Assert.Equal(device.Read(all.Near)[first..(first + count)], device.Read(tile.Near));
        Assert.Equal(device.Read(all.Far)[first..(first + count)], device.Read(tile.Far));
        Assert.Throws<ArgumentException>(() => device.Kernels<CameraRays<SphereBound>>().CastTile(camera, new SphereBound(1.15f), 63 - count + 1, tile));
        Assert.Throws<ArgumentException>(() => device.Kernels<CameraRays<SphereBound>>().CastTile(camera, new SphereBound(1.15f), -1, tile));
    }

    [Theory]
    [InlineData(0, 90, 3.5, 9, 7)]
    [InlineData(130, 45, 3, 8, 8)]
    [InlineData(-77, 105, 4, 5, 12)]
    [InlineData(20, 0.001, 3.5, 6, 6)]
    public void DirectionsAgreeWithTheReference(double azimuth, double polar, double radius, int width, int height)
    {
        using var device = new TestDevice();
        PinholeCamera camera = Orbit(azimuth, polar, radius, 1.3 * width, width, height);
        Float3[] directions = device.Read(Cast(device, camera, new SphereBound(1.15f)).Directions);
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                double[] expected = RaysReference.Direction(Row(camera.Right), Row(camera.Up), Row(camera.Back), camera.FocalPixels, width, height, row, column);
                Float3 d = directions[row * width + column];
                Close.Require($"({row}, {column})", expected, [d.X, d.Y, d.Z], 3e-7);
                Close.Require("length", 1, d.Length, 3e-7);
            }
        }
    }

    [Fact]
    public void SphereAgreesWithTheReference()
    {
        using var device = new TestDevice();
        PinholeCamera camera = Orbit(33, 70, 3.7, 40, 41, 37);
        RayBatch rays = Cast(device, camera, new SphereBound(1.15f));
        CheckIntersections(device, camera, rays, (o, d) => RaysReference.Sphere(o, d, 1.15f));
    }

    [Fact]
    public void BoxAgreesWithTheReference()
    {
        using var device = new TestDevice();
        PinholeCamera camera = Orbit(33, 70, 3.7, 30, 41, 37);
        RayBatch rays = Cast(device, camera, new BoxBound(0.9f));
        CheckIntersections(device, camera, rays, (o, d) => RaysReference.Box(o, d, 0.9f));
    }

    [Fact]
    public void AxisParallelRaysMeetTheBox()
    {
        var box = new BoxBound(1f);
        box.Intersect(new Float3(0.5f, 1f, 3f), new Float3(0f, 0f, -1f), out float near, out float far);
        Assert.Equal((2f, 4f), (near, far));
        box.Intersect(new Float3(0.5f, 1.001f, 3f), new Float3(0f, 0f, -1f), out near, out far);
        Assert.True(near > far);
    }

    [Fact]
    public void RayThatMissesHasNearBeyondFar()
    {
        var sphere = new SphereBound(1f);
        sphere.Intersect(new Float3(0f, 1.0001f, 3f), new Float3(0f, 0f, -1f), out float near, out float far);
        Assert.True(near > far);
        sphere.Intersect(new Float3(0f, 0.9999f, 3f), new Float3(0f, 0f, -1f), out near, out far);
        Assert.True(near < far);
    }

    [Fact]
    public void SceneBehindTheCameraIsMissedAndInsideStartsAtZero()
    {
        using var device = new TestDevice();
        PinholeCamera camera = Orbit(0, 90, 3, 10, 3, 3);
        camera.Position = new Float3(0f, 0f, -3f);
        RayBatch behind = Cast(device, camera, new SphereBound(1f));
        Assert.All(device.Read(behind.Near).Zip(device.Read(behind.Far)), pair => Assert.True(pair.First > pair.Second));
        camera.Position = Float3.Zero;
        RayBatch inside = Cast(device, camera, new SphereBound(1f));
        Assert.All(device.Read(inside.Near), near => Assert.Equal(0f, near));
        Assert.All(device.Read(inside.Far), far => Close.Require("far", 1, far, 1e-6));
    }

    [Theory]
    [InlineData(0, 90)]
    [InlineData(90, 60)]
    [InlineData(-135, 100)]
    public void BasisIsRightHandedAndRightAppearsRight(double azimuth, double polar)
    {
        using var device = new TestDevice();
        PinholeCamera camera = Orbit(azimuth, polar, 3.5, 20, 16, 16);
        Close.Require("determinant", 1, camera.Determinant, 1e-6);
        Float3[] directions = device.Read(Cast(device, camera, new SphereBound(1f)).Directions);
        // A point to the camera's right and above the centre is seen by a pixel right of the middle, above the middle.
        Float3 towards = Float3.Normalize(camera.Right * 0.5f + camera.Up * 0.3f - camera.Back * 3f);
        int best = Enumerable.Range(0, directions.Length).MaxBy(i => Float3.Dot(directions[i], towards));
        Assert.True(best % 16 >= 8, $"column {best % 16}");
        Assert.True(best / 16 < 8, $"row {best / 16}");
    }

    [Fact]
    public void FrontViewShowsPlusXOnTheRight()
    {
        // Azimuth 0 looks at the front from +z; +x is then on the right-hand side of the image.
        PinholeCamera camera = Orbit(0, 90, 3, 20, 8, 8);
        Assert.Equal(1f, camera.Right.X, 1e-6f);
        Assert.Equal(1f, camera.Up.Y, 1e-6f);
        Assert.Equal(1f, camera.Back.Z, 1e-6f);
    }

    [Fact]
    public void MirroredCameraIsRefused()
    {
        using var device = new TestDevice();
        PinholeCamera camera = Orbit(10, 80, 3, 20, 4, 4);
        camera.Right = -camera.Right;
        ArgumentException error = Assert.Throws<ArgumentException>(() => Cast(device, camera, new SphereBound(1f)));
        Assert.Contains("determinant -1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        float[][] runs = new[] { 1, 2, 4 }.Select(threads =>
        {
            using var device = new TestDevice(threads);
            return device.ReadRows(Cast(device, Orbit(12, 77, 3.3, 70, 64, 64), new SphereBound(1.15f)).Directions);
        }).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0], run));
    }

    private static double[] Row(Float3 v) => [v.X, v.Y, v.Z];

    private static void CheckIntersections(TestDevice device, in PinholeCamera camera, RayBatch rays, Func<double[], double[], (double Near, double Far)?> intersect)
    {
        Float3[] directions = device.Read(rays.Directions);
        float[] near = device.Read(rays.Near), far = device.Read(rays.Far);
        int hits = 0;
        for (int i = 0; i < directions.Length; i++)
        {
            (double Near, double Far)? expected = intersect(Row(camera.Position), Row(directions[i]));
            // A chord this short may be a miss in single precision.
            if (expected is { } grazing && grazing.Far - grazing.Near < 0.01)
            {
                continue;
            }
            Assert.Equal(expected.HasValue, near[i] < far[i]);
            if (expected is { } hit)
            {
                hits++;
                Close.Require("near", hit.Near, near[i], 2e-4);
                Close.Require("far", hit.Far, far[i], 2e-4);
            }
        }
        Assert.InRange(hits, directions.Length / 10, directions.Length - 1);
    }
}
