using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using DreamFusion.Kernels.Device;
using DreamFusion.Support;
using Xunit;

namespace DreamFusion.Autodiff.Tests;

/// <summary>
/// Every kernel family, forward and backward, with one, two and four threads, as kernels and as host twins: the same bytes. A
/// family without a case fails the second test.
/// </summary>
public sealed class DeterminismTests
{
    public static TheoryData<string, KernelChoice> Cases
    {
        get
        {
            var data = new TheoryData<string, KernelChoice>();
            foreach (string name in FamilyCases.All.Keys)
            {
                data.Add(name, KernelChoice.Portable);
                data.Add(name, KernelChoice.Tuned);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bytes_do_not_depend_on_the_number_of_threads(string name, KernelChoice choice)
    {
        float[][] one = Run(name, choice, 1);
        Assert.All(one, values => Assert.Contains(values, value => value != 0f));
        foreach (int threads in (int[])[2, 4])
        {
            float[][] several = Run(name, choice, threads);
            Assert.Equal(one.Length, several.Length);
            for (int i = 0; i < one.Length; i++)
            {
                bool same = MemoryMarshal.AsBytes<float>(one[i]).SequenceEqual(MemoryMarshal.AsBytes<float>(several[i]));
                Assert.True(same, $"{name}, {choice}: result {i} differs between 1 and {threads} threads");
            }
        }
    }

    [Fact]
    public void Every_family_has_a_case()
    {
        HashSet<Type> seen = [];
        foreach (string name in FamilyCases.All.Keys)
        {
            seen.UnionWith(LoadedBy(name));
        }
        IEnumerable<Type> families = typeof(IKernelFamily<>).Assembly.GetTypes()
            .Where(type => type.IsClass && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IKernelFamily<>)))
            .Select(Definition);
        Assert.Empty(families.Except(seen).Select(type => type.Name));
    }

    private static List<Type> LoadedBy(string name)
    {
        using var device = new TestDevice();
        using var bench = new FamilyCases.Bench(device);
        FamilyCases.All[name](bench);
        Assert.NotEmpty(bench.Results);
        return [.. device.Context.LoadedFamilies.Select(Definition)];
    }

    private static float[][] Run(string name, KernelChoice choice, int threads)
    {
        using var device = new TestDevice(threads, choice);
        using var bench = new FamilyCases.Bench(device);
        FamilyCases.All[name](bench);
        return [.. bench.Results];
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
