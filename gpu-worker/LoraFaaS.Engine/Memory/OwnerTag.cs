namespace LoraFaaS.Engine.Memory;

/// <summary>
/// Who a page's content belongs to: one function revision's sequences, or one adapter. A page that goes to another owner is zeroed first.
/// The default value is nobody.
/// </summary>
public readonly record struct OwnerTag(ulong Value);
