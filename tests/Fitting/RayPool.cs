using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;
using DreamFusion.Fitting.Scenes;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.Rays;
using DreamFusion.Pipeline.Field;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Fitting;

/// <summary>The rays of all pixels of all views that meet the field's bound, and random batches of them.</summary>
public sealed class RayPool : IDisposable
{
    private readonly List<(int View, int Pixel, Float3 Direction, float Near, float Far)> _rays = [];
    private readonly Float3[] _positions;
    private readonly (int View, int Pixel)[] _drawn;
    private readonly Float3[] _originRows;
    private readonly Float3[] _directionRows;
    private readonly float[] _nearRows;
    private readonly float[] _farRows;
    private readonly MemoryBuffer1D<Float3, Stride1D.Dense> _origins;
    private readonly MemoryBuffer1D<Float3, Stride1D.Dense> _directions;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _near;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _far;

    /// <summary>Casts the rays of all views.</summary>
    public RayPool(DeviceContext device, Renderer renderer, IReadOnlyList<SceneView> views, int maxCount)
    {
        _positions = new Float3[views.Count];
        for (int view = 0; view < views.Count; view++)
        {
            Cast(device, renderer, views[view], view);
        }
        _drawn = new (int, int)[maxCount];
        _originRows = new Float3[maxCount];
        _directionRows = new Float3[maxCount];
        _nearRows = new float[maxCount];
        _farRows = new float[maxCount];
        _origins = device.Accelerator.Allocate1D<Float3>(maxCount);
        _directions = device.Accelerator.Allocate1D<Float3>(maxCount);
        _near = device.Accelerator.Allocate1D<float>(maxCount);
        _far = device.Accelerator.Allocate1D<float>(maxCount);
    }

    /// <summary>View and pixel of each ray of the last batch, from the front.</summary>
    public IReadOnlyList<(int View, int Pixel)> Drawn => _drawn;

    /// <summary>A batch of rays, each drawn uniformly from all; valid until the next call.</summary>
    public RayBatch Draw(RandomKey key, int count)
    {
        for (int i = 0; i < count; i++)
        {
            (int view, int pixel, Float3 direction, float near, float far) = _rays[(int)(CounterRandom.Bits(key, (uint)i, 0) % (uint)_rays.Count)];
            _drawn[i] = (view, pixel);
            _originRows[i] = _positions[view];
            _directionRows[i] = direction;
            _nearRows[i] = near;
            _farRows[i] = far;
        }
        _origins.View.BaseView.CopyFromCPU(_originRows);
        _directions.View.BaseView.CopyFromCPU(_directionRows);
        _near.View.BaseView.CopyFromCPU(_nearRows);
        _far.View.BaseView.CopyFromCPU(_farRows);
        return new RayBatch(
            _origins.View.BaseView.SubView(0, count), _directions.View.BaseView.SubView(0, count),
            _near.View.BaseView.SubView(0, count), _far.View.BaseView.SubView(0, count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _far.Dispose();
        _near.Dispose();
        _directions.Dispose();
        _origins.Dispose();
    }

    private void Cast(DeviceContext device, Renderer renderer, SceneView scene, int view)
    {
        using var tape = new Tape(device, recording: false);
        RayBatch rays = renderer.CastRays(tape, scene.Camera, scene.Size, scene.Size);
        Float3[] origins = new Float3[rays.Count], directions = new Float3[rays.Count];
        float[] near = new float[rays.Count], far = new float[rays.Count];
        rays.Origins.CopyToCPU(origins);
        rays.Directions.CopyToCPU(directions);
        rays.Near.CopyToCPU(near);
        rays.Far.CopyToCPU(far);
        _positions[view] = origins[0];
        for (int pixel = 0; pixel < rays.Count; pixel++)
        {
            if (near[pixel] < far[pixel])
            {
                _rays.Add((view, pixel, directions[pixel], near[pixel], far[pixel]));
            }
        }
    }
}
