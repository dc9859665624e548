using DreamFusion.Kernels.Device;
using ILGPU;

namespace DreamFusion.Kernels.Encode;

/// <content>The kernels' arguments.</content>
public static partial class HashGridKernels
{
    /// <summary>The grid that all kernels of this family read.</summary>
    public struct Grid
    {
        /// <summary>Levels [L], coarsest first.</summary>
        public ArrayView<HashGridLevel> Levels;

        /// <summary>Entries of all levels [EntryCount, F].</summary>
        public ArrayView<float> Table;

        /// <summary>Features per level F.</summary>
        public int FeaturesPerLevel;

        /// <summary>Levels in use, 0 to L; the features of finer ones are 0 and receive no gradient (progressive training).</summary>
        public int ActiveLevels;

        /// <summary>Unit coordinate = PositionScale·x + PositionOffset, clamped to [0, 1].</summary>
        public float PositionScale;

        /// <summary>See <see cref="PositionScale"/>.</summary>
        public float PositionOffset;
    }

    /// <summary>Arguments of <see cref="Encode"/>.</summary>
    public struct EncodeArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>Features y [M, L·F], level-major in a row; overwritten.</summary>
        public ArrayView<float> Features;

        /// <summary>J [M, 3, L·F], per unit of x; overwritten. Empty if it is not wanted.</summary>
        public ArrayView<float> Jacobian;
    }

    /// <summary>Arguments of <see cref="BackwardTable"/>.</summary>
    public struct BackwardTableArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>r = dL/dy [M, L·F], or empty: no first-order term.</summary>
        public ArrayView<float> DLdFeatures;

        /// <summary>u [M, L·F] of ν = Jᵀu, or empty: no second-order term.</summary>
        public ArrayView<float> Cotangent;

        /// <summary>g_ν = dL/dν [M], empty with u.</summary>
        public ArrayView<Float3> DLdGradient;

        /// <summary>dL/dT [EntryCount, F]; accumulated (+=), zeroed by the optimiser.</summary>
        public ArrayView<float> DLdTable;
    }

    /// <summary>Arguments of <see cref="PositionGradient"/> and <see cref="BackwardPosition"/>.</summary>
    public struct PositionGradientArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>Cotangent u [M, L·F]: dL/dy, or the gradient of a scalar by the features.</summary>
        public ArrayView<float> Cotangent;

        /// <summary>Jᵀu [M], per unit of x; overwritten by PositionGradient, accumulated (+=) by BackwardPosition.</summary>
        public ArrayView<Float3> Result;
    }

    /// <summary>Arguments of <see cref="PositionGradientBackwardCotangent"/>.</summary>
    public struct SecondOrderCotangentArgs
    {
        /// <summary>The grid.</summary>
        public Grid Grid;

        /// <summary>Positions x [M].</summary>
        public ArrayView<Float3> Positions;

        /// <summary>g_ν = dL/dν [M].</summary>
        public ArrayView<Float3> DLdGradient;

        /// <summary>dL/du [M, L·F]; accumulated (+=).</summary>
        public ArrayView<float> DLdCotangent;
    }

    /// <summary>Arguments of <see cref="JacobianTransposedProduct"/> and <see cref="JacobianProduct"/>.</summary>
    public struct JacobianArgs
    {
        /// <summary>J [M, 3, L·F] as <see cref="Encode"/> kept it.</summary>
        public ArrayView<float> Jacobian;

        /// <summary>L·F.</summary>
        public int FeatureCount;

        /// <summary>u [M, L·F] of the transposed product; dL/du [M, L·F] of the product, accumulated (+=).</summary>
        public ArrayView<float> Features;

        /// <summary>ν [M] of the transposed product, overwritten; g_ν = dL/dν [M] of the product.</summary>
        public ArrayView<Float3> Vectors;
    }
}
