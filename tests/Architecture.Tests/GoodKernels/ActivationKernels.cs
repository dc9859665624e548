using System;
using ILGPU;

namespace DreamFusion.Architecture.Tests.GoodKernels;

/// <summary>An activation as a type: what a variant of a kernel looks like.</summary>
public interface IActivation
{
    static abstract int Width { get; }

    static abstract float Apply(float x);
}

/// <summary>The same by an instance member.</summary>
public interface IScale
{
    float Apply(float x);
}

public readonly struct Relu : IActivation
{
    public static int Width => 8;

    public static float Apply(float x) => MathF.Max(x, 0);
}

public readonly struct Softplus : IActivation
{
    public static int Width => 16;

    public static float Apply(float x) => MathF.Log(1 + MathF.Exp(x));
}

public readonly struct Twice(float factor) : IScale
{
    public float Apply(float x) => factor * x;
}

/// <summary>Everything that 2.4 allows, in one kernel: the rules must stay silent.</summary>
public static class ActivationKernels
{
    private const int Rows = 4;
    private static readonly float _bias = 0.5f;

    /// <summary>Arguments with a nested struct and views.</summary>
    public struct Args
    {
        public ArrayView<float> Values;
        public ArrayView<Index3D> Cells;
        public Pair Range;
        public int Mode;
        public double Weight;
    }

    public struct Pair
    {
        public float Low;
        public float High;

        public readonly float Middle => (Low + High) / 2;
    }

    public static void Forward<TActivation, TScale>(Index1D i, Args a)
        where TActivation : struct, IActivation
        where TScale : struct, IScale
    {
        ArrayView<float> row = LocalMemory.Allocate<float>(TActivation.Width * Rows + 1);
        var scale = default(TScale);
        for (int k = 0; k < TActivation.Width; k++)
        {
            row[k] = TActivation.Apply(scale.Apply(a.Values[i])) + _bias;
        }

        ref float value = ref a.Values[i];
        value = a.Mode switch
        {
            0 => row[0],
            1 => Interop.IntAsFloat(Interop.FloatAsInt(row[1]) ^ 1u),
            2 => a.Range.Middle,
            _ => (float)(a.Weight * a.Cells[i].X),
        };
    }
}
