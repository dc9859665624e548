using ILGPU;

namespace DreamFusion.Kernels.Mlp;

/// <content>The kernels' arguments.</content>
public static partial class TensorMlpKernels
{
    /// <summary>Arguments of <see cref="Forward"/>.</summary>
    public struct ForwardArgs
    {
        /// <summary>The network.</summary>
        public TensorNetwork Network;

        /// <summary>Input y [M, inputs].</summary>
        public ArrayView<float> Input;

        /// <summary>Output o [M, outputs]; overwritten. Empty if it is not wanted.</summary>
        public ArrayView<float> Output;

        /// <summary>q = do_σ/dy [M, inputs]; overwritten. Empty if it is not wanted.</summary>
        public ArrayView<float> Gradient;

        /// <summary>Number of rows M.</summary>
        public int RowCount;

        /// <summary>Output σ whose gradient is taken.</summary>
        public int OutputIndex;
    }

    /// <summary>Arguments of <see cref="Backward"/>.</summary>
    public struct BackwardArgs
    {
        /// <summary>The network.</summary>
        public TensorNetwork Network;

        /// <summary>Input y [M, inputs].</summary>
        public ArrayView<float> Input;

        /// <summary>dL/do [M, outputs].</summary>
        public ArrayView<float> DLdOutput;

        /// <summary>dL/dy [M, inputs]; accumulated (+=). Not touched if <see cref="WantsInput"/> is 0.</summary>
        public ArrayView<float> DLdInput;

        /// <summary>Weight gradients of each group [groups, parameters]; overwritten.</summary>
        public ArrayView<float> Partials;

        /// <summary>The groups' sums [groups, padded parameters] where they are in global memory; overwritten. Else empty.</summary>
        public ArrayView<float> Sums;

        /// <summary>Bits of the largest magnitude in dL/do [1].</summary>
        public ArrayView<uint> Largest;

        /// <summary>Number of rows M.</summary>
        public int RowCount;

        /// <summary>1 to compute dL/dy.</summary>
        public int WantsInput;
    }

    /// <summary>Arguments of <see cref="InputGradientBackward"/>.</summary>
    public struct SecondOrderArgs
    {
        /// <summary>The network.</summary>
        public TensorNetwork Network;

        /// <summary>Input y [M, inputs].</summary>
        public ArrayView<float> Input;

        /// <summary>p = dL/dq [M, inputs].</summary>
        public ArrayView<float> DLdGradient;

        /// <summary>Weight gradients of each group [groups, parameters]; overwritten.</summary>
        public ArrayView<float> Partials;

        /// <summary>The groups' sums [groups, padded parameters] where they are in global memory; overwritten. Else empty.</summary>
        public ArrayView<float> Sums;

        /// <summary>Bits of the largest magnitude in p [1].</summary>
        public ArrayView<uint> Largest;

        /// <summary>Number of rows M.</summary>
        public int RowCount;

        /// <summary>Output σ whose gradient was taken.</summary>
        public int OutputIndex;

        /// <summary>dL/dy [M, inputs]; accumulated (+=). Not touched if <see cref="WantsInput"/> is 0 or φ is piecewise linear.</summary>
        public ArrayView<float> DLdInput;

        /// <summary>1 to compute dL/dy.</summary>
        public int WantsInput;
    }

    /// <summary>Arguments of <see cref="Largest"/>.</summary>
    public struct LargestArgs
    {
        /// <summary>Values.</summary>
        public ArrayView<float> Values;

        /// <summary>Bits of the largest magnitude [1]; raised, so 0 before.</summary>
        public ArrayView<uint> Result;
    }

    /// <summary>Arguments of <see cref="SumPartials"/>.</summary>
    public struct SumArgs
    {
        /// <summary>Weight gradients of each group [groups, parameters].</summary>
        public ArrayView<float> Partials;

        /// <summary>dL/dparameters [parameters]; accumulated (+=), zeroed by the optimiser.</summary>
        public ArrayView<float> DLdParameters;

        /// <summary>Groups.</summary>
        public int GroupCount;
    }
}
