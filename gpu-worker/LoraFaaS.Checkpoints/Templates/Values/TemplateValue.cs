namespace LoraFaaS.Checkpoints.Templates.Values;

/// <summary>A value as a template sees it; the kinds and their behaviour are Python's, as far as templates can tell.</summary>
internal abstract class TemplateValue
{
    /// <summary>The name of the kind in error messages.</summary>
    public abstract string Kind { get; }

    public abstract bool IsTrue { get; }
}
