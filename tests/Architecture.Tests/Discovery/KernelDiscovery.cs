using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using DreamFusion.Architecture.Tests.Il;

namespace DreamFusion.Architecture.Tests.Discovery;

/// <summary>
/// Finds kernels in two independent ways: by convention (public static void methods of classes named *Kernels whose first
/// parameter is an ILGPU index) and by the methods whose addresses launchers hand to Load*Kernel.
/// </summary>
public static class KernelDiscovery
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    /// <summary>Every kernel of an assembly, generic ones in all their variants.</summary>
    public static IReadOnlyList<Kernel> Find(Assembly assembly)
    {
        var closer = new Closer(assembly);
        IEnumerable<Kernel> all = Loaded(assembly).Concat(ByConvention(assembly).Select(method => new Kernel(method, Grouping.Implicit)));
        return [.. all.SelectMany(kernel => closer.Close(kernel.Method).Select(method => kernel with { Method = method })).DistinctBy(kernel => kernel.Method)];
    }

    /// <summary>Kernels by convention, generic ones open.</summary>
    public static IEnumerable<MethodInfo> ByConvention(Assembly assembly) => assembly.GetTypes()
        .Where(IsKernelClass)
        .SelectMany(type => type.GetMethods(Declared))
        .Where(method => method.IsPublic && method.IsStatic && method.ReturnType == typeof(void)
            && method.GetParameters() is [{ } first, ..] && IsIndex(first.ParameterType));

    /// <summary>Kernels handed to a loader or launcher, as the launcher's IL names them.</summary>
    public static IEnumerable<Kernel> Loaded(Assembly assembly)
    {
        foreach (MethodBase launcher in Methods(assembly))
        {
            MethodInfo? address = null;
            foreach (Instruction instruction in IlReader.Read(launcher))
            {
                if (instruction.OpCode == OpCodes.Ldftn)
                {
                    address = instruction.Operand as MethodInfo;
                }
                else if (address is not null && instruction.Callee is { } callee && IsLoader(callee))
                {
                    bool explicitly = callee.Name is "LoadKernel" or "LoadStreamKernel" or "Launch";
                    yield return new Kernel(address, explicitly ? Grouping.Explicit : Grouping.Implicit);
                    address = null;
                }
            }
        }
    }

    /// <summary>Kernels and launchers of a class named *Kernels are one stage's device code.</summary>
    public static bool IsKernelClass(Type? type) =>
        type is not null && type.Name.Split('`')[0].EndsWith("Kernels", StringComparison.Ordinal) && type.IsAbstract && type.IsSealed;

    /// <summary>True for Index1D..3D and LongIndex1D..3D.</summary>
    public static bool IsIndex(Type type) =>
        type.Namespace == "ILGPU" && type.Name is "Index1D" or "Index2D" or "Index3D" or "LongIndex1D" or "LongIndex2D" or "LongIndex3D";

    /// <summary>True for ILGPU's kernel loaders and one-shot launchers.</summary>
    public static bool IsLoader(MethodBase method) => method.DeclaringType?.Namespace == "ILGPU.Runtime"
        && ((method.Name.StartsWith("Load", StringComparison.Ordinal) && method.Name.EndsWith("Kernel", StringComparison.Ordinal))
            || (method.Name is "Launch" or "LaunchAutoGrouped" && method.GetParameters().Any(parameter => parameter.ParameterType.Name.StartsWith("Action", StringComparison.Ordinal))));

    /// <summary>All methods and constructors of an assembly, compiler-made ones included.</summary>
    public static IEnumerable<MethodBase> Methods(Assembly assembly) => assembly.GetTypes()
        .SelectMany(type => type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)));
}
