using System;
using System.Numerics;
using System.Runtime.InteropServices;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Pipeline.Field;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Pipeline.Meshes;

/// <summary>A <see cref="RadianceField"/> as a solid: asked in batches of bounded memory, and only where it can be other than zero.</summary>
public sealed class RadianceFieldSolid : ISolidField, IDisposable
{
    private const int PointsPerBatch = 1 << 15;

    private readonly DeviceContext _device;
    private readonly RadianceField _field;
    private readonly MemoryBuffer1D<Float3, Stride1D.Dense> _points;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _densities;
    private readonly Float3[] _asked = new Float3[PointsPerBatch];
    private readonly int[] _places = new int[PointsPerBatch];
    private readonly float[] _sigma = new float[PointsPerBatch];
    private readonly float[] _rgb = new float[3 * PointsPerBatch];

    /// <summary>Wraps a field; the field stays the caller's.</summary>
    public RadianceFieldSolid(DeviceContext device, RadianceField field)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(field);
        _device = device;
        _field = field;
        _points = device.Accelerator.Allocate1D<Float3>(PointsPerBatch);
        _densities = device.Accelerator.Allocate1D<float>(PointsPerBatch);
    }

    /// <inheritdoc/>
    public float Bound => _field.Options.Bound.HalfSide;

    /// <inheritdoc/>
    public bool Contains(Vector3 point) => _field.Options.Bound.Contains(new Float3(point.X, point.Y, point.Z));

    /// <inheritdoc/>
    public void Density(ReadOnlySpan<Vector3> points, Span<float> densities)
    {
        densities[..points.Length].Clear();
        for (int first = 0; first < points.Length;)
        {
            int count = Gather(points, ref first);
            if (count == 0)
            {
                continue;
            }

            ArrayView<Float3> asked = Upload(count);
            ArrayView<float> answer = _densities.View.BaseView.SubView(0, count);
            _field.Density(asked, answer);
            answer.CopyToCPU(_sigma.AsSpan(0, count));
            for (int i = 0; i < count; i++)
            {
                densities[_places[i]] = _sigma[i];
            }
        }
    }

    /// <inheritdoc/>
    public void Sample(ReadOnlySpan<Vector3> points, Span<float> densities, Span<Vector3> albedo)
    {
        densities[..points.Length].Clear();
        albedo[..points.Length].Clear();
        for (int first = 0; first < points.Length;)
        {
            int count = Gather(points, ref first);
            if (count == 0)
            {
                continue;
            }

            using var tape = new Tape(_device, recording: false);
            FieldSamples samples = _field.Evaluate(tape, tape.Constant(Upload(count).Cast<float>(), count, 3), withNormals: false);
            samples.Density.Value.CopyToCPU(_sigma.AsSpan(0, count));
            samples.Albedo.Value.CopyToCPU(_rgb.AsSpan(0, 3 * count));
            for (int i = 0; i < count; i++)
            {
                densities[_places[i]] = _sigma[i];
                albedo[_places[i]] = new Vector3(_rgb.AsSpan(3 * i, 3));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _points.Dispose();
        _densities.Dispose();
    }

    // Half of a cube of points lies outside its sphere, where there is nothing by definition: those are not asked for.
    private int Gather(ReadOnlySpan<Vector3> points, ref int first)
    {
        ReadOnlySpan<Float3> from = MemoryMarshal.Cast<Vector3, Float3>(points);
        int count = 0;
        for (; first < from.Length && count < PointsPerBatch; first++)
        {
            if (Contains(points[first]))
            {
                _asked[count] = from[first];
                _places[count++] = first;
            }
        }

        return count;
    }

    private ArrayView<Float3> Upload(int count)
    {
        ArrayView<Float3> view = _points.View.BaseView.SubView(0, count);
        view.CopyFromCPU(_asked.AsSpan(0, count));
        return view;
    }
}
