using System.Globalization;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>How a template's faults are reported.</summary>
internal static class TemplateSyntax
{
    public const string Field = "chat_template";

    public static RefusedException Error(int line, string message) =>
        new(Field, string.Create(CultureInfo.InvariantCulture, $"line {line}: {message}"));
}
