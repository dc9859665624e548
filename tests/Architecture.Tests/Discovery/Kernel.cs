using System;
using System.Linq;
using System.Reflection;

namespace DreamFusion.Architecture.Tests.Discovery;

/// <summary>A kernel: a closed method and the way it is launched.</summary>
/// <param name="Method">The kernel with all type parameters given.</param>
/// <param name="Grouping">How threads are grouped.</param>
public sealed record Kernel(MethodInfo Method, Grouping Grouping)
{
    /// <summary>Type and method name with type arguments.</summary>
    public string Name => Display.NameOf(Method);

    /// <summary>The kernel's arguments without the index of an implicitly grouped kernel.</summary>
    public ParameterInfo[] Arguments => Grouping == Grouping.Implicit ? [.. Method.GetParameters().Skip(1)] : Method.GetParameters();
}

/// <summary>How a kernel's threads are grouped.</summary>
public enum Grouping
{
    /// <summary>One thread per index, the runtime chooses the groups; threads past the extent leave at once.</summary>
    Implicit,

    /// <summary>The launch gives grid and group; all threads of a group run.</summary>
    Explicit,
}

/// <summary>Names of methods and types as C# writes them.</summary>
public static class Display
{
    /// <summary>Declaring type and method with type arguments.</summary>
    public static string NameOf(MethodBase method)
    {
        string type = method.DeclaringType is null ? string.Empty : NameOf(method.DeclaringType) + ".";
        return type + method.Name + (method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : string.Empty);
    }

    /// <summary>Full type name with type arguments.</summary>
    public static string NameOf(Type type)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type.HasElementType)
        {
            return NameOf(type.GetElementType()!) + (type.IsArray ? "[]" : type.IsPointer ? "*" : "&");
        }

        string name = type.IsGenericType ? type.GetGenericTypeDefinition().FullName! : type.FullName ?? type.Name;
        int arity = name.IndexOf('`', StringComparison.Ordinal);
        return type.IsGenericType && arity >= 0
            ? $"{name[..arity]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name.Replace('+', '.');
    }
}
