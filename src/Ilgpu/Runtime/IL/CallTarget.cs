using System;
using System.Linq;
using System.Reflection;

namespace ILGPU.Runtime.IL;

/// <summary>Finds the method that a call runs.</summary>
internal static class CallTarget
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    /// <summary>True if the method is part of .NET: such methods neither use the kernel API nor index views.</summary>
    public static bool IsPlatform(MethodBase method)
    {
        string? name = method.Module.Assembly.GetName().Name;
        return name is null || name.StartsWith("System.", StringComparison.Ordinal) || name is "mscorlib" or "netstandard";
    }

    /// <summary>
    /// The method of a value type that a call through an interface runs (<c>constrained.</c>), so that operations given as type arguments are seen.
    /// The method itself if there is nothing to resolve.
    /// </summary>
    public static MethodBase Resolve(MethodBase called, Type? constrainedTo)
    {
        if (constrainedTo is null || called.DeclaringType is not { IsInterface: true } contract || called is not MethodInfo method)
        {
            return called;
        }

        MethodInfo definition = method.IsGenericMethod ? method.GetGenericMethodDefinition() : method;
        MethodInfo? found = method.IsStatic ? FindStatic(definition, constrainedTo, contract) : FindInstance(definition, constrainedTo, contract);
        if (found is null)
        {
            return called;
        }

        return method.IsGenericMethod ? found.MakeGenericMethod(method.GetGenericArguments()) : found;
    }

    private static MethodInfo? FindInstance(MethodInfo definition, Type type, Type contract)
    {
        InterfaceMapping map = type.GetInterfaceMap(contract);
        int at = Array.IndexOf(map.InterfaceMethods, definition);
        return at < 0 ? null : map.TargetMethods[at];
    }

    // An implicit implementation has the name of the contract's method, an explicit one ends with it.
    private static MethodInfo? FindStatic(MethodInfo definition, Type type, Type contract)
    {
        Type[] parameters = [.. definition.GetParameters().Select(p => p.ParameterType)];
        return type.GetMethods(Any).FirstOrDefault(candidate =>
                candidate.IsStatic
                && (candidate.Name == definition.Name || candidate.Name.EndsWith("." + definition.Name, StringComparison.Ordinal))
                && candidate.GetParameters().Select(p => p.ParameterType).SequenceEqual(parameters))
            ?? contract.GetMethods(Any).FirstOrDefault(candidate => candidate == definition && !candidate.IsAbstract);
    }
}
