using System;
using DreamFusion.Kernels.Optimize;
using DreamFusion.References.Optimize;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Kernels.Tests.Optimize;

public sealed class InverseRootTests
{
    private static float[] Root(double[,] matrix, int exponent, double epsilon)
    {
        int n = matrix.GetLength(0);
        double[] flat = new double[n * n];
        Buffer.BlockCopy(matrix, 0, flat, 0, flat.Length * sizeof(double));
        float[] root = new float[n * n];
        Assert.True(InverseRoot.TryCompute(flat, new double[n * n], n, exponent, epsilon, root));
        return root;
    }

    private static double[,] Gram(int n, int rank)
    {
        var random = new Random(61 + n);
        double[,] factor = new double[n, rank];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < rank; j++)
            {
                factor[i, j] = 2 * random.NextDouble() - 1;
            }
        }

        return ShampooReference.Multiply(factor, ShampooReference.Transpose(factor));
    }

    // The reference iterates (coupled Newton) instead of diagonalising. Rank n/2 in the last case: the ridge alone holds half of it.
    [Theory]
    [InlineData(1, 1, 2, 1e-6)]
    [InlineData(2, 4, 1, 1e-6)]
    [InlineData(17, 30, 2, 1e-6)]
    [InlineData(17, 30, 4, 1e-6)]
    [InlineData(64, 80, 2, 1e-6)]
    [InlineData(16, 8, 4, 1e-3)]
    public void AgreesWithTheNewtonIteration(int n, int rank, int exponent, double epsilon)
    {
        double[,] a = Gram(n, rank);
        float[] flat = Root(a, exponent, epsilon);
        double[,] root = new double[n, n];
        for (int i = 0; i < n * n; i++)
        {
            root[i / n, i % n] = flat[i];
        }

        double[,] expected = ShampooReference.InverseRoot(a, exponent, epsilon);
        double worst = 0, scale = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                worst = Math.Max(worst, Math.Abs(root[i, j] - expected[i, j]));
                scale = Math.Max(scale, Math.Abs(expected[i, j]));
            }
        }

        Assert.True(worst <= 1e-5 * scale, $"error {worst:g3} of {scale:g3}");
    }

    // diag(4, 16): inverse square roots 1/2 and 1/4.
    [Fact]
    public void ADiagonalMatrixByHand() =>
        Close.Require("root", [0.5, 0, 0, 0.25], Root(new double[,] { { 4, 0 }, { 0, 16 } }, 2, 1e-12), 1e-7);

    // [[5, 4], [4, 5]] has eigenvalues 9 and 1 along (1, 1) and (1, -1): its inverse square root is ½[[1/3 + 1, 1/3 - 1], ...].
    [Fact]
    public void ARotatedMatrixByHand() =>
        Close.Require("root", [2d / 3, -1d / 3, -1d / 3, 2d / 3], Root(new double[,] { { 5, 4 }, { 4, 5 } }, 2, 1e-12), 1e-7);

    [Fact]
    public void ZerosStayFinite() => Assert.All(Root(new double[3, 3], 2, 1e-6), x => Assert.True(float.IsFinite(x)));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void AMatrixThatIsNotFiniteIsRefused(double bad) =>
        Assert.False(InverseRoot.TryCompute([1, bad, bad, 1], new double[4], 2, 2, 1e-6, new float[4]));
}
