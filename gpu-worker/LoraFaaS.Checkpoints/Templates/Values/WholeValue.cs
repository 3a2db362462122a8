namespace LoraFaaS.Checkpoints.Templates.Values;

internal sealed class WholeValue(long value) : TemplateValue
{
    public long Value => value;

    public override string Kind => "integer";

    public override bool IsTrue => value != 0;
}
