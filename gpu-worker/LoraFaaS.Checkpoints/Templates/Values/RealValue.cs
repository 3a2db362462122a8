namespace LoraFaaS.Checkpoints.Templates.Values;

internal sealed class RealValue(double value) : TemplateValue
{
    public double Value => value;

    public override string Kind => "float";

    public override bool IsTrue => value != 0;
}
