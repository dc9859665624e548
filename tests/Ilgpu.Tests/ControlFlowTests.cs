using System.Linq;
using ILGPU;
using Xunit;

namespace Ilgpu.Tests;

/// <summary>Loops, branches, switches and calls in kernels, in checked mode too: there the kernel's code is a rewritten copy.</summary>
public sealed class ControlFlowTests
{
    private static readonly int[] _numbers = [.. Enumerable.Range(-3, 40)];

    private static void Collatz(Index1D i, ArrayView<int> s, ArrayView<int> t)
    {
        int steps = 0;
        long n = s[i];
        while (n > 1)
        {
            n = (n & 1) == 0 ? n / 2 : (3 * n) + 1;
            steps++;
            if (steps == 50)
            {
                break;
            }
        }

        t[i] = steps;
    }

    private static void NestedLoops(Index1D i, ArrayView<int> s, ArrayView<int> t)
    {
        int sum = 0;
        for (int a = 0; a < s[i]; a++)
        {
            for (int b = a; b > 0; b -= 2)
            {
                if (b % 3 == 0)
                {
                    continue;
                }

                sum += b;
            }
        }

        do
        {
            sum++;
        }
        while (sum % 5 != 0);
        t[i] = sum;
    }

    private static void Switch(Index1D i, ArrayView<int> s, ArrayView<int> t)
    {
        switch (s[i])
        {
            case 0:
                t[i] = 10;
                break;
            case 1:
            case 2:
                t[i] = 20;
                break;
            case 3:
                t[i] = s[i] * 7;
                break;
            case 4:
                goto case 0;
            default:
                t[i] = -1;
                break;
        }
    }

    private static void ShortCircuit(Index1D i, ArrayView<int> s, ArrayView<int> t)
        => t[i] = s[i] > 0 && 100 / s[i] > 10 ? (s[i] % 2 == 0 || s[i] == 7 ? 3 : 2) : s[i] < 0 ? 1 : 0;

    private static int Helper(ArrayView<int> view, int at, ref int calls, out int doubled)
    {
        calls++;
        doubled = view[at] * 2;
        return at > 0 ? Helper(view, at - 1, ref calls, out _) + view[at] : view[at];
    }

    private static void Calls(Index1D i, ArrayView<int> s, ArrayView<int> t)
    {
        int calls = 0;
        int sum = Helper(s, i, ref calls, out int doubled);
        t[i] = (sum * 1000) + (calls * 10) + (doubled == s[i] * 2 ? 1 : 0);
    }

    private static int Expected(int index)
    {
        int sum = 0;
        for (int k = 0; k <= index; k++)
        {
            sum += _numbers[k];
        }

        return (sum * 1000) + ((index + 1) * 10) + 1;
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void Loops(string kind)
    {
        using var device = TestDevice.Open(kind);
        // Steps to reach 1: 1 -> 0, 6 -> 8, 7 -> 16, 27 -> 111 (cut at 50).
        Assert.Equal([0, 8, 16, 50, 0], device.Map<int, int>(Collatz, 1, 6, 7, 27, 0));
        // s = 5: the inner loop adds 1 | 2 | (3 is skipped) 1 | 4 + 2 = 10, then up to the next multiple of 5.
        Assert.Equal([5, 15], device.Map<int, int>(NestedLoops, 0, 5));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void BranchesAndSwitches(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal([10, 20, 20, 21, 10, -1, -1], device.Map<int, int>(Switch, 0, 1, 2, 3, 4, 5, -1));
        Assert.Equal([0, 1, 2, 3, 3, 0], device.Map<int, int>(ShortCircuit, 0, -5, 1, 2, 7, 50));
    }

    [Theory]
    [MemberData(nameof(TestDevice.Kinds), MemberType = typeof(TestDevice))]
    public void CallsWithReferencesAndRecursion(string kind)
    {
        using var device = TestDevice.Open(kind);
        Assert.Equal(Enumerable.Range(0, _numbers.Length).Select(Expected), device.Map<int, int>(Calls, _numbers));
    }
}
