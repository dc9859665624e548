using System;
using System.Linq;
using System.Reflection;

namespace DreamFusion.Architecture.Tests.Il;

/// <summary>Finds the method that a call reaches, without running it.</summary>
public static class CallTarget
{
    /// <summary>
    /// The method a call reaches: the callee itself, or for a constrained call the implementation in the constraining
    /// value type (instance members of struct-constrained interfaces and static abstract members). Null where the call
    /// is virtual and its target is not known at compile time.
    /// </summary>
    public static MethodBase? Resolve(Instruction call)
    {
        MethodBase? callee = call.Callee;
        if (callee is null || call.Constrained is null)
        {
            return callee is { IsVirtual: true, DeclaringType.IsValueType: false } && call.OpCode != System.Reflection.Emit.OpCodes.Call ? null : callee;
        }

        Type implementer = call.Constrained;
        if (!implementer.IsValueType || callee is not MethodInfo method)
        {
            return null;
        }

        return method.DeclaringType!.IsInterface ? Implementation(implementer, method) : Override(implementer, method);
    }

    private static MethodInfo? Implementation(Type implementer, MethodInfo method)
    {
        MethodInfo definition = method.IsGenericMethod ? method.GetGenericMethodDefinition() : method;
        InterfaceMapping map = implementer.GetInterfaceMap(method.DeclaringType!);
        int index = Array.FindIndex(map.InterfaceMethods, candidate => SameMethod(candidate, definition));
        if (index < 0)
        {
            return null;
        }

        MethodInfo target = map.TargetMethods[index];
        return method.IsGenericMethod ? target.MakeGenericMethod(method.GetGenericArguments()) : target;
    }

    private static MethodInfo? Override(Type implementer, MethodInfo method) =>
        implementer.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .FirstOrDefault(candidate => candidate.Name == method.Name && candidate.GetBaseDefinition() == method.GetBaseDefinition());

    private static bool SameMethod(MethodInfo left, MethodInfo right) => left.MetadataToken == right.MetadataToken && left.Module == right.Module;
}
