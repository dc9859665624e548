using System;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>Marks an option that does not change what is learnt or rendered, so that checkpoints leave it out.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NotPartOfResultAttribute : Attribute;
