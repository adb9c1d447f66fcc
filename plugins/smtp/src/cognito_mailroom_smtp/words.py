"""What the words of a refusal speak of, in the languages of servers that were met.

All lines of a reply are searched together. The patterns need not be complete: what none of them knows is an
operator's matter, and the mail is kept.
"""

from __future__ import annotations

import re


def _any(*alternatives: str) -> str:
    return "|".join(alternatives)


def _has(pattern: str, words: str) -> bool:
    # Compiled when the first refusal comes, and kept by re: a cold start must not pay for it.
    return bool(re.search(pattern, words, re.IGNORECASE))


_RATE = _any(
    r"\brate\b|\btoo (many|much|fast|quick)|\bquota\b|\b(limit|limits|limited|throttl\w*)\b|\bexceed\w*",
    r"zu viele|débit|demasiad|troppi|muitos|много|过多|频率|多すぎ",
)
_FULL = _any(
    r"quota\b",
    r"\b(mail ?box|inbox|account|disk) (\w+ ){0,2}(is )?(full|over)\b|\bfull mailbox\b",
    r"\binsufficient (system )?storage\b",
    r"(postfach|mailbox).{0,20}voll\b|bo[îi]te.{0,30}pleine|(buz[óo]n|caixa|mailbox).{0,20}(llen[oa]|chei[ao])",
    r"casella.{0,20}piena|ящик.{0,20}переполнен|(邮箱|容量).{0,8}满|空间不足|容量超過|용량 초과",
)
_PASSING = _any(
    r"\b(try|retry)( it)?( again)? (at a )?later\b|\btemporar(y|ily)\b",
    r"später|ultérieur|más tarde|позже|稍后",
)
_US = _any(
    # the sender, and what the mail says of it
    r"\b(return[- ]?path|bounce address|reply[- ]?to|originator|header)\b",
    r"\bsender\b|\bfrom[ -]?(address|header|domain)\b|\bmail from\b|\bsending (account|domain|paused)",
    r"absender|expéditeur|remitente|remetente|mittente|отправител|nadawc|gönder(en|ici)|发件人|发信人",
    r"送信者|送信元|발신자",
    # a callout to it
    r"\bcallout\b|\bcallback\b|\bverif(y|ied|ication)\b",
    # relaying
    r"\brelay|\brcpthosts\b",
    # the host that sends
    r"\b(client|your|sending|connecting) (host|ip|server|domain|network|address)\b",
    # the account that sends, and how much it may
    r"\b(your|this) (e-?mail )?account\b|\btrial\b|\bpayment\b|\babuse\b|\boutgoing\b|\bsandbox\b",
    r"\A\W*(e-?mail |mail )?account (is |has )?(been )?(disabled|expired|suspended|closed)\b",
    r"\bbilling\b|\bsubscription\b|\brenew\b|\bplan\b|\bsession\b",
    r"\btoo many\b|\brecipients? count\b|\ballowed recipients\b",
    # a server that is broken, or a look-up that failed
    r"\b(database|store|table|directory|ldap|server|domain)\b.{0,20}\b(un|not )?available\b|\bupstream\b",
    r"\bdns\b|\blook-?up failed\b",
    r"\bhost \[|\[\d{1,3}(\.\d{1,3}){3}\]",
    r"\bip address\b|\bhas sent\b|\bfrequency limited\b",
    r"\bimpersonat|\bhelo\b|\behlo\b|\breverse dns\b|\bptr\b",
    # spam and policy
    r"spam|\bjunk|\bbulk\b|\brbl\b|\bdnsbl\b|\b(black|block|deny) ?list|\breputation\b",
    r"(?<!account is )(?<!box is )\bblocked\b(?! due to inactivity)|(?<!address rejected: )\baccess denied\b",
    r"\bpolic(y|ies)\b|\bcontent\b|\bvirus\b|\bprohibited\b|\bsuspicious\b",
    r"richtlinie|politique|política|politica\b|политик|polityk|спам|垃圾|策略|迷惑メール|스팸",
    # a login, or what it may do
    r"\bauth(entication|enticate[ds]?|ori[sz]ed|ori[sz]ation)?\b|\bunauthenticated\b|\blog ?in\b",
    r"\bcredentials?\b",
    r"\bspf\b|\bdkim\b|\bdmarc\b|\bnot (allowed|permitted) to send\b|\bpermission to send\b",
    r"anmeld|authentifi|autentic|авторизац|аутентификац|认证|認証|인증",
)
_WHOM = (
    r"(user|mail ?box|recipient|address|account|person|addressee|inbox|local[ -]?part|customer|destination|"
    r"alias|e-?mail( address| account)?)s?"
)
_NONE = (
    r"(unknown|not (found|known|exist|here|listed|available|valid|local)|invalid|unavailable|"
    r"does ?n[o']?t (exist|have)|no longer (valid|available|active|exists?|in use)|disabled|inactive|"
    r"deactivated|closed|blocked|frozen|archived|undeliverable|terminated|expired|moved|"
    r"(cannot|could not) be found)"
)
_MAILBOX = _any(
    r"\b(no such|unknown|invalid|non-?exist(ent|ing)|inactive|disabled|deactivated|archived|bad|no valid)"
    rf"( \w+)? {_WHOM}\b",
    rf"\b{_WHOM}\b.{{0,60}}\b{_NONE}\b",
    r"\bno (mailbox|user|account|recipient)s?\b.{0,20}\b(here|by that name|with that|of that)",
    r"\b(does ?n['o]t|does not|do not|don't) (have|accept mail for)\b"
    r".{0,40}\b(account|mailbox|user|address)",
    r"\bnot our customer\b|\bnot a (known|valid) (mailbox|user|recipient|address)\b|\bmoved\b|\bnot local\b",
    # German
    r"(benutzer|empfänger|postfach|adresse|mailbox).{0,40}(unbekannt|existiert nicht)",
    r"(benutzer|empfänger|postfach|adresse|mailbox).{0,40}nicht (gefunden|vorhanden|bekannt)",
    r"unbekannte[rns]? (benutzer|empfänger|adresse)|kein(e|en)? (solche\w*|benutzer|postfach)",
    # French
    r"(utilisateur|destinataire|adresse|bo[îi]te|compte).{0,40}"
    r"(inconnue?|n'existe pas|introuvable|d[ée]sactiv|archiv|bloqu)",
    # Spanish and Portuguese
    r"(usu[aá]rio|destinat[aá]rio|cuenta|conta|buz[óo]n|direcci[óo]n|endereço|caixa).{0,40}"
    r"(desconocid|desconhecid|no existe|n[ãa]o existe|inv[áa]lid|inexist|no v[áa]lid)",
    # Italian
    r"(utente|destinatario|casella|indirizzo).{0,40}(sconosciut|non esiste|inesistente|non valid)",
    # Russian
    r"(пользовател|ящик|адрес|получател|учетн).{0,40}(не существует|не найден|неизвест|отключ|заблокирован)",
    r"нет такого (пользователя|ящика)|неизвестный пользователь",
    # Polish, Turkish
    r"(użytkownik|odbiorca|skrzynka|konto|adres).{0,40}(nie istnieje|nieznan|nie znaleziono)",
    r"(kullanıcı|alıcı|posta kutusu|hesap).{0,40}(bulunamadı|bilinmiyor|mevcut değil|geçersiz)",
    # Chinese, Japanese, Korean
    r"(用户|收件人|邮箱|帐户|账户|地址).{0,12}(不存在|无效|未找到|停用)|无此用户|查无此人|(不存在|没有)[该此的]?用户",
    r"(ユーザー|宛先|アドレス|受信者).{0,20}(存在しません|不明|見つかりません|無効)",
    r"(사용자|수신자|계정|메일함).{0,20}(없|존재하지)",
)


def speak_of_rate(words: str) -> bool:
    """Whether they speak of a rate, a quota or another limit of what may be sent."""
    return _has(_RATE, words)


def say_that_it_passes(words: str) -> bool:
    """Whether they say that the mailbox is full, or to try again later."""
    return _has(_FULL, words) or _has(_PASSING, words)


def speak_of_us(words: str) -> bool:
    """Whether they speak of the sender, the host that sends, relaying, policy, spam or a login."""
    return _has(_US, words)


def name_the_mailbox(words: str) -> bool:
    """Whether they say that there is no such mailbox."""
    return _has(_MAILBOX, words)
