namespace DreamFusion.Pipeline.Import.Architecture;

/// <summary>Activation of the text encoder's MLPs.</summary>
public enum TextActivation
{
    /// <summary>x·sigmoid(1.702 x), as OpenAI's CLIP has it.</summary>
    QuickGelu,

    /// <summary>x·Φ(x) with the error function, as OpenCLIP has it.</summary>
    Gelu,
}
