using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>bool and char in kernel arguments: ArgumentException "not blittable" at load (2.5 trap 2). Views' elements count as well.</summary>
public sealed class BlittableArguments : IKernelRule
{
    /// <inheritdoc/>
    public string Id => "K15";

    /// <inheritdoc/>
    public string Remedy => "Use int or byte";

    /// <inheritdoc/>
    public IEnumerable<Finding> Check(KernelGraph graph)
    {
        DeviceMethod entry = graph[graph.Kernel.Method];
        return graph.Kernel.Arguments.SelectMany(argument => Offending(argument.ParameterType, argument.Name!))
            .Select(what => new Finding(entry, 0, what));
    }

    private static IEnumerable<string> Offending(Type type, string path)
    {
        if (type == typeof(bool) || type == typeof(char))
        {
            return [$"argument {path} is {type.Name}"];
        }

        if (type.IsPrimitive || type.IsEnum || !type.IsValueType)
        {
            return [];
        }

        // A view is a pointer and a length: what must be blittable is its element.
        if (type.Namespace?.StartsWith("ILGPU", StringComparison.Ordinal) == true)
        {
            return type.GetGenericArguments().SelectMany(element => Offending(element, $"{path}[]"));
        }

        return type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .SelectMany(field => Offending(field.FieldType, $"{path}.{field.Name}"));
    }
}
