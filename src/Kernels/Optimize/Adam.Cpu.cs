using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>Host twin of <see cref="AdamKernels.Update"/>.</summary>
internal unsafe struct AdamSweep : IParameterUpdate
{
    private AdamKernels.UpdateArgs _settings;
    private float* _parameters;
    private float* _gradients;
    private float* _firstMoments;
    private float* _secondMoments;

    /// <summary>The twin of a launch.</summary>
    public static AdamSweep Of(in AdamKernels.UpdateArgs a) => new()
    {
        _settings = a,
        _parameters = (float*)a.Parameters.LoadEffectiveAddressAsPtr(),
        _gradients = (float*)a.Gradients.LoadEffectiveAddressAsPtr(),
        _firstMoments = (float*)a.FirstMoments.LoadEffectiveAddressAsPtr(),
        _secondMoments = (float*)a.SecondMoments.LoadEffectiveAddressAsPtr(),
    };

    /// <summary>Runs the twin of a launch.</summary>
    public static void Update(HostThreads threads, in AdamKernels.UpdateArgs a) => ParameterSweep.Run(threads, a.Parameters.IntLength, Of(a));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run<TL, TV>(int first, int last)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        TV zero = TL.Broadcast(0f);
        TV clip = TL.Broadcast(_settings.ClipFactor);
        TV decay = TL.Broadcast(_settings.GradientDecay);
        TV beta1 = TL.Broadcast(_settings.Beta1);
        TV oneMinusBeta1 = TL.Broadcast(1f - _settings.Beta1);
        TV beta2 = TL.Broadcast(_settings.Beta2);
        TV oneMinusBeta2 = TL.Broadcast(1f - _settings.Beta2);
        TV correction = TL.Broadcast(_settings.SecondMomentCorrection);
        TV epsilon = TL.Broadcast(_settings.Epsilon);
        TV factor = TL.Broadcast(_settings.ParameterFactor);
        TV stepSize = TL.Broadcast(_settings.StepSize);
        for (int i = first; i < last; i += TL.Count)
        {
            TV p = TL.Load(_parameters + i);
            TV g = TL.Add(TL.Multiply(clip, TL.Load(_gradients + i)), TL.Multiply(decay, p));
            TV m = TL.Add(TL.Multiply(beta1, TL.Load(_firstMoments + i)), TL.Multiply(oneMinusBeta1, g));
            TV v = TL.Add(TL.Multiply(beta2, TL.Load(_secondMoments + i)), TL.Multiply(TL.Multiply(oneMinusBeta2, g), g));
            TV denominator = TL.Add(TL.Multiply(TL.SquareRoot(v), correction), epsilon);
            TL.Store(m, _firstMoments + i);
            TL.Store(v, _secondMoments + i);
            TL.Store(zero, _gradients + i);
            TL.Store(TL.Subtract(TL.Multiply(p, factor), TL.Divide(TL.Multiply(stepSize, m), denominator)), _parameters + i);
        }
    }
}
