using System;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Rays;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Rays of pixels. Not differentiable.</summary>
internal sealed class CameraRaysCheck : ISelfCheck
{
    private const int Width = 9;
    private const int Height = 5;

    public string Family => "camera rays";

    public void Run(SelfCheckRun run)
    {
        Variant(run, "sphere", new SphereBound(1f), near: 2, far: 4);
        Variant(run, "box", new BoxBound(0.5f), near: 2.5, far: 3.5);
    }

    // By hand: a camera 3 in front of the origin, focal length 4 pixels. The middle pixel looks at the origin; the last column lies
    // 4 pixels, and so 45°, to the right, where +X is; the first row 2 pixels up.
    private static void Variant<TBound>(SelfCheckRun run, string name, TBound bound, double near, double far)
        where TBound : unmanaged, IRayBound
    {
        float[] rays = Cast(run.Device, bound);
        int middle = (Height / 2 * Width + Width / 2) * 5;
        int right = (Height / 2 * Width + Width - 1) * 5;
        int top = Width / 2 * 5;
        double half = Math.Sqrt(0.5), fifth = Math.Sqrt(0.2);
        run.Golden($"{name}, directions by hand", [0, 0, -1, half, 0, -half, 0, fifth, -2 * fifth], [.. rays[middle..(middle + 3)], .. rays[right..(right + 3)], .. rays[top..(top + 3)]]);
        run.Golden($"{name}, near and far by hand", [near, far], rays[(middle + 3)..(middle + 5)]);
        run.Holds($"{name}, a miss has near > far", rays[right + 3] > rays[right + 4]);
        run.Repeats(name, device => Cast(device, bound));
    }

    /// <summary>Direction, near and far of each pixel.</summary>
    private static float[] Cast<TBound>(CheckDevice device, TBound bound)
        where TBound : unmanaged, IRayBound
    {
        const int Count = Width * Height;
        var camera = new PinholeCamera
        {
            Position = new Float3(0f, 0f, 3f),
            Right = new Float3(1f, 0f, 0f),
            Up = new Float3(0f, 1f, 0f),
            Back = new Float3(0f, 0f, 1f),
            FocalPixels = 4f,
            Width = Width,
            Height = Height,
        };
        var rays = new RayBatch(device.OutputVectors(Count), device.OutputVectors(Count), device.Output(Count), device.Output(Count));
        device.Kernels<CameraRays<TBound>>().Cast(camera, bound, rays);
        float[] directions = CheckDevice.Rows(rays.Directions), near = CheckDevice.Read(rays.Near), far = CheckDevice.Read(rays.Far);
        float[] rows = new float[5 * Count];
        for (int i = 0; i < Count; i++)
        {
            directions.AsSpan(3 * i, 3).CopyTo(rows.AsSpan(5 * i));
            (rows[5 * i + 3], rows[5 * i + 4]) = (near[i], far[i]);
        }

        return rows;
    }
}
