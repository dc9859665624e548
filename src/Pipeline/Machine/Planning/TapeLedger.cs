using System;
using System.Collections.Generic;
using DreamFusion.Autodiff;

namespace DreamFusion.Pipeline.Machine.Planning;

/// <summary>The buffers that a <see cref="Tape"/> would rent; gradients come with <see cref="Backward"/>, as variables make them on first use.</summary>
internal sealed class TapeLedger(PoolLedger pool, bool recording) : IDisposable
{
    private readonly List<PoolLedger.Slot> _rented = [];
    private readonly List<long> _gradients = [];

    /// <summary>The pool.</summary>
    public PoolLedger Pool => pool;

    /// <summary>Whether the tape records, and so needs gradients.</summary>
    public bool IsRecording => recording;

    /// <summary>A variable [rows, columns].</summary>
    public void Values(long rows, int columns, bool gradient = true)
    {
        long bytes = rows * columns * sizeof(float);
        Scratch(bytes);
        if (gradient)
        {
            BackwardScratch(bytes);
        }
    }

    /// <summary>Memory for as long as the tape.</summary>
    public void Scratch(long bytes) => _rented.Add(pool.Rent(bytes));

    /// <summary>Memory that only the backward pass asks for.</summary>
    public void BackwardScratch(long bytes)
    {
        if (recording)
        {
            _gradients.Add(bytes);
        }
    }

    /// <summary>Runs backward: every gradient comes into being.</summary>
    public void Backward()
    {
        _gradients.ForEach(Scratch);
        _gradients.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rented.ForEach(pool.Return);
        _rented.Clear();
    }
}
