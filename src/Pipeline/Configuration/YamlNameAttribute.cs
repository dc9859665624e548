using System;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>The option's name in YAML where it is not the property's name in snake_case.</summary>
/// <param name="name">The name in YAML.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
internal sealed class YamlNameAttribute(string name) : Attribute
{
    /// <summary>The name in YAML.</summary>
    public string Name { get; } = name;
}
