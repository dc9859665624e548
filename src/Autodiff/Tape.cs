using System;
using System.Collections.Generic;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Autodiff;

/// <summary>
/// Reverse-mode differentiation as a list of closures: every operation computes its values at once and records how its
/// gradient flows back; <see cref="Backward()"/> runs the records in reverse. Buffers come from the device's pool and
/// return to it on <see cref="Dispose"/>, so a training step allocates no device memory after warm-up.
/// </summary>
/// <remarks>
/// The gradient contract: a backward closure reads the gradients of its outputs and accumulates (<c>+=</c>) into those
/// of its inputs. A gradient may be injected at any variable with <see cref="Seed"/>, which is how score distillation
/// enters: no loss value exists, only dL/dimage.
/// </remarks>
public sealed class Tape : IDisposable
{
    private readonly List<PooledBuffer> _rented = [];
    private readonly List<(string Label, Action Backward)> _records = [];
    private bool _ranBackward;
    private bool _disposed;

    /// <summary>An empty tape on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="recording">Whether operations are recorded; without, only values are computed and nothing requires a gradient.</param>
    public Tape(DeviceContext device, bool recording = true)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        IsRecording = recording;
        device.Profiler?.Start();
    }

    /// <summary>Whether operations are recorded for <see cref="Backward()"/>.</summary>
    public bool IsRecording { get; }

    /// <summary>The device whose kernels and memory this tape uses.</summary>
    public DeviceContext Device { get; }

    /// <summary>Labels of the recorded operations, in forward order.</summary>
    public IEnumerable<string> Labels
    {
        get
        {
            foreach ((string label, _) in _records)
            {
                yield return label;
            }
        }
    }

    /// <summary>A variable over memory that the caller owns; no gradient flows into it.</summary>
    public Variable Constant(ArrayView<float> value, int rows, int columns)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        CheckShape(rows, columns);
        return value.Length >= (long)rows * columns
            ? new Variable(rows, columns, value, null)
            : throw new ArgumentException($"Constant [{rows}, {columns}] needs {(long)rows * columns} values, got {value.Length}.", nameof(value));
    }

    /// <summary>A pooled variable with undefined values, for the output of an operation; it requires a gradient only on a recording tape.</summary>
    public Variable Allocate(int rows, int columns, bool requiresGradient)
    {
        CheckShape(rows, columns);
        long length = (long)rows * columns;
        ArrayView<float> value = Scratch<float>(length);
        return new Variable(rows, columns, value, () => Scratch<float>(length)) { RequiresGradient = requiresGradient && IsRecording };
    }

    /// <summary>Pooled memory with undefined contents that lives as long as the tape.</summary>
    public ArrayView<T> Scratch<T>(long length)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        PooledBuffer buffer = Device.Pool.Rent(length * Interop.SizeOf<T>());
        _rented.Add(buffer);
        return buffer.View<T>(length);
    }

    /// <summary>Records how gradients flow back through an operation just computed.</summary>
    /// <param name="label">Name of the operation, also its profiler label.</param>
    /// <param name="backward">Reads the outputs' gradients and accumulates into the inputs'.</param>
    public void Record(string label, Action backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        if (IsRecording)
        {
            _records.Add((label, backward));
        }
        Mark(label);
    }

    /// <summary>Tells the profiler that an operation has finished which records nothing; <see cref="Record"/> does so itself.</summary>
    /// <param name="label">Name of the operation.</param>
    public void Mark(string label) => Lap(label, TapePass.Forward);

    /// <summary>Injects dL/dvariable: <c>gradient +=</c> the given values (same length as the variable).</summary>
    public void Seed(Variable variable, ArrayView<float> gradient)
    {
        ArgumentNullException.ThrowIfNull(variable);
        if (gradient.Length != variable.Length)
        {
            throw new ArgumentException($"Seed of a variable with {variable.Length} values has {gradient.Length}.", nameof(gradient));
        }
        if (variable.HasGradient)
        {
            Device.Kernels<Accumulate>().Add(variable.Gradient, gradient, 1f);
        }
        else
        {
            // A first touch zeroes the gradient; the copy then replaces the zeros instead of adding to them.
            variable.Gradient.CopyFrom(gradient);
        }
    }

    /// <summary>Injects a gradient at one variable, then runs every record in reverse.</summary>
    public void Backward(Variable output, ArrayView<float> seed)
    {
        Seed(output, seed);
        Backward();
    }

    /// <summary>Runs every record in reverse, with the gradients injected by <see cref="Seed"/> and by loss operations.</summary>
    /// <exception cref="InvalidOperationException">A tape runs backward once; a second run would add every gradient twice.</exception>
    public void Backward()
    {
        if (_ranBackward)
        {
            throw new InvalidOperationException("This tape has already run backward; build a new one for the next step.");
        }
        _ranBackward = true;
        Device.Profiler?.Start();
        for (int i = _records.Count - 1; i >= 0; i--)
        {
            (string label, Action backward) = _records[i];
            backward();
            Lap(label, TapePass.Backward);
        }
    }

    /// <summary>Returns every pooled buffer; variables of this tape must not be used afterwards.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (PooledBuffer buffer in _rented)
        {
            Device.Pool.Return(buffer);
        }
        _rented.Clear();
        _records.Clear();
    }

    private void Lap(string label, TapePass pass)
    {
        if (Device.Profiler is { } profiler)
        {
            Device.Accelerator.Synchronize();
            profiler.Lap(label, pass);
        }
    }

    private static void CheckShape(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
    }
}
