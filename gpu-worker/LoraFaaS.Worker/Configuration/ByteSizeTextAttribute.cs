using System.ComponentModel.DataAnnotations;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Configuration;

/// <summary>Text that reads as a size ("512Mi", "8Gi") of at least some mebibytes.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ByteSizeTextAttribute(long minMebibytes) : ValidationAttribute
{
    public long MinMebibytes { get; } = minMebibytes;

    public override bool IsValid(object? value) =>
        value is string text && ByteSize.TryParse(text, out var size) && size >= ByteSize.FromMebibytes(MinMebibytes);

    public override string FormatErrorMessage(string name) => $"{name} must be a size such as 512Mi or 8Gi, at least {MinMebibytes}Mi.";
}
