using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using DreamFusion.Architecture.Tests.Discovery;

namespace DreamFusion.Architecture.Tests.Rules;

/// <summary>Arguments are values: no object, array, string or interface, neither as a parameter nor inside an argument struct.</summary>
public sealed class NoClassArguments : MethodRule
{
    /// <inheritdoc/>
    public override string Id => "K16";

    /// <inheritdoc/>
    public override string Remedy => "Pass a struct of scalars and ArrayView<T>";

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Check(DeviceMethod method)
    {
        IEnumerable<(string Path, Type Type)> receiver = method.Method is { IsStatic: false, DeclaringType: { } declaring } ? [("this", declaring)] : [];
        return receiver.Concat(method.Method.GetParameters().Select(parameter => (Path: parameter.Name!, Type: parameter.ParameterType)))
            .SelectMany(parameter => References(parameter.Type, parameter.Path))
            .Select(what => new Finding(method, 0, what));
    }

    private static IEnumerable<string> References(Type type, string path)
    {
        Type value = type.IsByRef ? type.GetElementType()! : type;
        if (value.IsPrimitive || value.IsEnum || value.IsPointer || value.IsByRefLike || value.Namespace?.StartsWith("ILGPU", StringComparison.Ordinal) == true)
        {
            return [];
        }

        return value.IsValueType
            ? value.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).SelectMany(field => References(field.FieldType, $"{path}.{field.Name}"))
            : [$"{path} is a reference, {Display.NameOf(value)}"];
    }
}
