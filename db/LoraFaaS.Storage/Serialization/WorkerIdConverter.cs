using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Serialization;

/// <summary>A <see cref="WorkerId"/> as text; any text is one.</summary>
internal sealed class WorkerIdConverter : TextIdConverter<WorkerId>
{
    protected override bool TryParse(string? text, out WorkerId id)
    {
        id = new WorkerId(text ?? "");
        return text is not null;
    }
}
