using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace DreamFusion.Architecture.Tests.Discovery;

/// <summary>
/// Closes generic kernels: every combination of the assembly's structs (and float) that meets the constraints, so that a
/// rule sees each variant such as <c>Forward&lt;Relu&gt;</c>.
/// </summary>
public sealed class Closer
{
    private const int MaximumVariants = 64;

    private readonly Type[] _candidates;

    /// <summary>Takes the candidates from an assembly.</summary>
    public Closer(Assembly assembly)
    {
        Type[] structs = [.. assembly.GetTypes().Where(type => type.IsValueType && !type.IsEnum && !type.ContainsGenericParameters && !type.IsByRefLike)];
        _candidates = [typeof(float), .. structs];
    }

    /// <summary>All closed variants of a method; the method itself if nothing is open.</summary>
    public IReadOnlyList<MethodInfo> Close(MethodInfo method)
    {
        if (!method.ContainsGenericParameters)
        {
            return [method];
        }

        var variants = new List<MethodInfo>();
        foreach (Type declaring in CloseType(method.DeclaringType!))
        {
            MethodInfo? onType = (MethodInfo?)MethodBase.GetMethodFromHandle(method.MethodHandle, declaring.TypeHandle);
            if (onType is null)
            {
                continue;
            }

            MethodInfo definition = onType.IsGenericMethod ? onType.GetGenericMethodDefinition() : onType;
            variants.AddRange(definition.IsGenericMethodDefinition
                ? Combinations(definition.GetGenericArguments(), definition.MakeGenericMethod)
                : [definition]);
        }

        return variants;
    }

    private List<Type> CloseType(Type type) => type.ContainsGenericParameters
        ? Combinations(type.GetGenericTypeDefinition().GetGenericArguments(), type.GetGenericTypeDefinition().MakeGenericType)
        : [type];

    private List<T> Combinations<T>(Type[] parameters, Func<Type[], T> make)
    {
        IEnumerable<Type[]> combinations = [[]];
        foreach (Type parameter in parameters)
        {
            Type[] fitting = Fitting(parameter);
            combinations = combinations.SelectMany(combination => fitting.Select(candidate => (Type[])[.. combination, candidate]));
        }

        var made = new List<T>();
        foreach (Type[] combination in combinations)
        {
            try
            {
                made.Add(make(combination));
            }
            catch (ArgumentException)
            {
                // The constraints refuse this combination of generic interfaces; reflection has no question form for it.
            }

            if (made.Count > MaximumVariants)
            {
                throw new InvalidOperationException(
                    $"More than {MaximumVariants} variants of one kernel; tighten the constraints of its type parameters or raise the limit here.");
            }
        }

        return made;
    }

    /// <summary>Candidates that implement the parameter's interfaces. Without any, every struct fits and one representative is enough.</summary>
    private Type[] Fitting(Type parameter)
    {
        Type[] interfaces = [.. parameter.GetGenericParameterConstraints().Where(constraint => constraint.IsInterface)];
        return interfaces.Length == 0
            ? [typeof(float)]
            : [.. _candidates.Where(candidate => interfaces.All(wanted => candidate.GetInterfaces().Any(offered => Definition(offered) == Definition(wanted))))];
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
