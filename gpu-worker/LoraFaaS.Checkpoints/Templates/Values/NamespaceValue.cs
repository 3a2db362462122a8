namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary>The one thing that a template may change after its making: <c>namespace(…)</c>.</summary>
internal sealed class NamespaceValue : TemplateValue
{
    public Dictionary<string, TemplateValue> Members { get; } = new(StringComparer.Ordinal);

    public override string Kind => "namespace";

    public override bool IsTrue => true;
}
