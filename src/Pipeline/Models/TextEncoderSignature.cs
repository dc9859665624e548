using System.Linq;

namespace DreamFusion.Pipeline.Models;

/// <summary>What a text encoder takes and gives.</summary>
/// <param name="Ids">Token ids [1, L], int32 or int64.</param>
/// <param name="Mask">1 for each token that counts and 0 for padding [1, L]; null if the graph takes none.</param>
/// <param name="States">Text states [1, L, D].</param>
public sealed record TextEncoderSignature(TensorSignature Ids, TensorSignature? Mask, TensorSignature States)
{
    private const string MaskName = "attention_mask";

    /// <summary>Reads them from a graph; further outputs, such as pooled states, are not used.</summary>
    /// <param name="part">The text encoder.</param>
    /// <returns>Inputs and output.</returns>
    /// <exception cref="InvalidModelException">A rank or type that does not fit, or an input nobody would fill.</exception>
    public static TextEncoderSignature Of(ModelPart part)
    {
        System.ArgumentNullException.ThrowIfNull(part);
        TensorSignature? mask = part.OptionalInput(MaskName, 2);
        TensorSignature[] candidates = [.. part.Signature.Inputs.Where(i => i.Rank == 2 && i != mask)];
        TensorSignature ids = mask is not null && candidates.Length == 1 ? candidates[0] : part.Input("token ids", 2);
        TensorSignature states = part.Output("text states", 3, "last_hidden_state");
        part.RequireElement(ids, TensorElement.Int32, TensorElement.Int64);
        part.RequireElement(states, TensorElement.Float32, TensorElement.Float16);
        if (mask is null)
        {
            part.RequireNoInputBut(ids);
        }
        else
        {
            part.RequireElement(mask, TensorElement.Int32, TensorElement.Int64, TensorElement.Float32, TensorElement.Float16);
            part.RequireNoInputBut(ids, mask);
        }

        return new TextEncoderSignature(ids, mask, states);
    }
}
