namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary>What a name or entry that is not there gives: empty when written or looped over, an error when looked into.</summary>
internal sealed class UndefinedValue(string name) : TemplateValue
{
    public string Name => name;

    public override string Kind => "undefined";

    public override bool IsTrue => false;
}
