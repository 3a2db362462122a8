using System.Text.Json.Serialization.Metadata;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Embedded.Audit;

/// <summary>How entries make the audit log. The oldest go when there are more than <see cref="Kept"/>: 100 000 are some 20 MB, and a year of 270 changes a day.</summary>
internal sealed class AuditSchema : IStateSchema<AuditState, NumberedAudit>
{
    public const int Kept = 100_000;

    public string Name => "audit";

    public AuditState Empty => AuditState.Empty;

    public JsonTypeInfo<NumberedAudit> EntryType => StorageJson.Default.NumberedAudit;

    public AuditState Apply(AuditState state, NumberedAudit entry) =>
        new(entry.Number, state.Records.SetItem(entry.Number, entry.Record).Remove(entry.Number - Kept));

    public IEnumerable<NumberedAudit> Describe(AuditState state) =>
        state.Records.Select(pair => new NumberedAudit(pair.Key, pair.Value));
}
