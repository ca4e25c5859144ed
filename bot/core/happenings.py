"""What happens and who is in it, in the words of eleven languages: the vocabulary by which one event is known in any of them.

One line a concept: name, weight, stems. A stem begins at a word's beginning (CJK: anywhere) and may go on, so that
inflected forms count; a trailing `$` asks for the whole word. The weight says how much two items that share the
concept have in common: the subject of the watch itself says almost nothing, an act or a person says more, the name of
somebody who is seldom in the news says most. Watchlist lexicons add places, vessels, persons and claimants to these.
"""

from __future__ import annotations

# en; pl; ru, uk; ko; zh, ja; de, fr, es. Names are lower case, "kind:what".
ACTORS = """
land:russia .05 russia;moscow;kremlin;rosj;rosyj;moskw;kreml;росси;росій;москв;кремл;рф$;러시아;모스크바;크렘린;俄;莫斯科;克里姆林;ロシア;モスクワ;russland;russisch;moskau;russie;russe;moscou;rusia;rus$
land:dprk .05 north korea;north's$;n korea;n. korea;nkorea;north–;dprk;pyongyang;korea północn;korei północn;koreę północn;koreą północn;korea płn;korei płn;koreę płn;koreą płn;korea pn;korei pn;północnokorea;pjongjang;phenian;krld;северн;кндр;пхеньян;північн;пхеньян;북한;평양;북러;북·러;러북;朝鲜;朝鮮;北韩;北韓;平壤;平壌;朝俄;俄朝;露朝;nordkorea;pjöngjang;corée du nord;nord-coréen;corea del norte;norcorea
land:ukraine .1 ukrain;ukrai;kyiv;kiev;kijow;kijów;украин;украї;киев;київ;우크라;乌克兰;烏克蘭;基辅;ウクライナ;キーウ
land:usa .15 us$;u.s;usa$;united states;american;washington;stany zjednoczon;stanów zjednoczonych;amerykańs;waszyngton;сша;америк;вашингтон;미국;美国;美國;美方;米国;アメリカ;etats-unis;états-unis;estados unidos;eeuu;estadounid;américain;vereinigte staaten;vereinigten staaten
land:rok .25 south korea;s korea;s. korea;skorea;seoul;korea południow;korei południow;koreę południow;koreą południow;południowokorea;korea płd;korei płd;seul;южн коре;южнокоре;сеул;південнокор;한국;서울;韩国;韓国;韓國;首尔;ソウル;südkorea;corée du sud;corea del sur;surcorean;sud-coréen;sudcoréen;seúl$;südkoreanisch
land:china .3 china$;china's;chinese;beijing;chin$;chiny;chińs;chinami;pekin;кита;пекин;중국;베이징;북중;한중;中国;中國;北京;pékin;chine$;chinesisch;peking;chinois
land:japan .45 japan;tokyo;japoń;japoni;tokio;япони;токио;일본;도쿄;日本;东京;東京;japón$;japon$;japanisch;japonais;японськ;японія
land:iran .35 iran;tehran;teheran;иран;тегеран;이란;伊朗;イラン
land:israel .7 israel;hamas;gaza;izrael;израил;이스라엘;以色列;イスラエル
land:belarus .7 belarus;lukashenk;białoru;łukaszenk;белорус;лукашенк;벨라루스;白俄罗斯;ベラルーシ
land:britain .4 british;britain;uk$;u.k;united kingdom;london;brytyj;brytani;великобрит;лондон;영국;英国;英國
land:germany .6 german;berlin;niemc;niemie;герман;독일;德国;ドイツ
land:poland .6 poland;polish;polsk;warszaw;польш;폴란드;波兰
land:syria .8 syria;syri;сири;시리아;叙利亚
land:nato .4 nato$;nato's;нато;나토;北约;北約;otan$
land:eu .6 european union;eu$;brussels;unia europ;unii europ;евросоюз;유럽연합;欧盟;europäische union;europäischen union;union européenne;unión europea;brüssel;bruxelles;bruselas;европейск союз;євросоюз
land:un .35 u.n$;u.n.;the un$;un security;un panel;un data;un experts;united nations;security council;onz;rada bezpieczeństwa onz;rady bezpieczeństwa onz;оон;совбез;совет безопасности;유엔;안보리;联合国;安理会;国連;安保理;vereinte nationen;uno$;vereinten nationen;sicherheitsrat;un-resolution;nations unies;conseil de sécurité;naciones unidas;consejo de seguridad;onu$;радбез
land:g7 .8 g7;g-7;group of seven;group of 7
who:kim .15 kim jong;kim dzong;kim czong;kim$;kima$;kim's;kimem$;kimowi;ким чен ын;кім чен;김정은;金正恩;金總書記
who:putin .15 putin;путин;путін;푸틴;普京;普丁;プーチン;poutine
who:kimyojong .9 kim yo jong;kim yo-jong;kim jo dzong;siostra kim;kim's sister;sister of;siostry kim;ким ё чжон;ким е чжон;김여정;金与正;金與正
who:lavrov .8 lavrov;ławrow;лавров;라브로프;拉夫罗夫;拉夫羅夫;ラブロフ;lawrow
who:shoigu .8 shoigu;szojgu;шойгу;쇼이구;绍伊古;ショイグ;schoigu;choïgou
who:belousov .9 belousov;biełousow;белоусов;벨로우소프;别洛乌索夫
who:kirby .7 kirby;кирби;кірбі;커비;柯比
who:blinken .8 blinken;блинкен;블링컨;布林肯
who:sullivan .8 sullivan;салливан;설리번;沙利文
who:austin .9 lloyd austin;austin$;остин;오스틴;奥斯汀
who:biden .5 biden;байден;바이든;拜登
who:trump .6 trump;трамп;트럼프;特朗普;川普
who:zelensky .6 zelens;zełens;зеленск;зеленськ;젤렌스키;泽连斯基;ゼレンスキー
who:yoon .8 yoon suk;yoon$;jun suk;юн сок;윤석열;尹锡悦
who:leejaemyung .9 lee jae;이재명;李在明
who:xi .7 xi jinping;xi's$;си цзиньпин;시진핑;习近平;習近平
who:wangyi .9 wang yi;ван и$;왕이;王毅
who:stoltenberg 1 stoltenberg;столтенберг;스톨텐베르그
who:rutte 1 rutte;рютте;뤼터
who:peskov .8 peskov;pieskow;песков;페스코프;佩斯科夫
who:zakharova 1 zakharov;zacharow;захаров;자하로바
who:medvedev 1 medvedev;miedwiediew;медведев;메드베데프;梅德韦杰夫
who:prigozhin .8 prigozhin;prigożyn;пригожин;프리고진;普里戈任
who:wagner .9 wagner;вагнер;바그너;瓦格纳
who:budanov 1 budanov;budanow;буданов;부다노프
who:choe .9 choe son;choe sun;choi son;choi sun;cho son hui;czhoe;цой сон;최선희;崔善姬
who:guterres 1 guterres;гутерриш;구테흐스
who:xiaide 1 thomas-greenfield;томас-гринфилд
who:kozlov 1 kozlov;kozłow;козлов;코즐로프
who:matsegora 1 matsegora;macegora;мацегор;마체고라
who:volodin 1 volodin;wołodin;володин
who:naryshkin 1 naryshkin;naryszkin;нарышкин;나리시킨
who:navalny 1 navaln;nawaln;навальн
who:foreignmin .45 foreign minister;fm$;szef msz;minister spraw zagr;ministrem spraw zagr;szefem msz;глав мид;министр иностранных;외무상;외무장관;외교장관;外长;外相;外務大臣;außenminister;ministre des affaires étrangères;ministro de exteriores;ministro de asuntos exteriores;міністр закордонних
who:defencemin .5 defence minister;defense minister;defense chief;defence chief;defense secretary;minister obrony;ministrem obrony;ministra obrony;szef mon;министр обороны;국방장관;국방상;防长;国防部长;防衛相;verteidigungsminister;ministre de la défense;ministro de defensa;міністр оборони;国防相
who:envoy .7 envoy;ambassador;ambasador;wysłanni;посол$;посла$;대사$;大使;botschafter;ambassadeur;embajador;sondergesandt;посол;посла
who:gerasimov 1 gerasimov;gierasimow;герасимов;게라시모프
who:ushakov 1 ushakov;uszakow;ушаков;우샤코프
who:rubio 1 rubio;루비오;卢比奥
who:hegseth 1 hegseth;헤그세스
who:vance 1 vance;밴스
who:witkoff 1 witkoff;위트코프
who:macron 1 macron;макрон;마크롱;马克龙
who:starmer 1 starmer;스타머
who:kishida 1 kishida;기시다;岸田
who:ishiba 1 ishiba;이시바;石破
who:umerov 1 umerov;umierow;умеров;умєров
who:syrskyi 1 syrsk;сырск;сирськ
who:kangsunnam 1 kang sun nam;kang sun-nam;강순남
who:nokwangchol 1 no kwang chol;no kwang-chol;노광철
who:pakjongchon 1 pak jong chon;pak jong-chon;박정천
who:kimyongbok 1 kim yong bok;kim yong-bok;김영복
who:shinwonsik 1 shin won;신원식
who:kimyonghyun 1 kim yong hyun;kim yong-hyun;김용현
who:chotaeyul 1 cho tae;조태열
who:ryabkov 1 ryabkov;riabkow;рябков
who:rudenko 1 rudenko;руденко;루덴코
who:daughter .9 daughter;córk;dochter;дочь;주애;딸$
"""

SPEAKERS = """
says:whitehouse .6 white house;national security council;biały dom;białego domu;белый дом;білий дім;백악관;白宫;白宮;ホワイトハウス;weißes haus;weiße haus;maison blanche;casa blanca;weißen haus;білого дому;білому домі;белого дома;белом доме
says:usintel .6 intelligence officials;u.s. intelligence;us intelligence;american intelligence;declassified;wywiad usa;amerykański wywiad;미 정보;美国情报
says:statedept .7 state department;departament stanu;departamentu stanu;госдеп;국무부;国务院;us-außenministerium;département d'état;departamento de estado;государственный департамент;держдеп
says:pentagon .8 pentagon;пентагон;펜타곤;미 국방부;五角大楼
says:treasury .9 treasury;ofac;departament skarbu;минфин;재무부;财政部;財務省;us-finanzministerium;trésor américain;tesoro de estados unidos
says:justice 1 justice department;doj$;prosecutor;법무부;司法部
says:nis .9 national intelligence service;spy agency;nis$;국정원;국가정보원;国情院;国家情报院;agencja wywiad;südkoreas geheimdienst;seouls geheimdienst;südkoreanische geheimdienst;renseignement sud-coréen;inteligencia surcorean;разведка южной кореи;розвідка південної кореї;国家情報院
says:jcs .6 joint chiefs;합참;합동참모;联合参谋;połączone szefostwo;generalstab;état-major;estado mayor;комитет начальников штабов;комітет начальників штабів;合同参謀
says:hur .9 gur$;hur$;defence intelligence;defense intelligence;ukrainian intelligence;wywiad ukraiń;ukraiński wywiad;гур$;정보총국;ukrainischer militärgeheimdienst;ukrainische militärgeheimdienst;renseignement militaire ukrainien;inteligencia militar ucraniana
says:ukmod .9 ministry of defence;brytyjski resort;brytyjskie ministerstwo;uk defence;british intelligence;brytyjski wywiad
says:csis .9 csis$;beyond parallel
says:rusi 1 rusi$;royal united services
says:isw 1 isw$;institute for the study of war;instytut studiów nad wojną
says:38north 1 38 north;38노스
says:kcna .5 kcna;state media;państwowe media;중앙통신;노동신문;조선신보;朝中社;朝鲜中央;朝鮮中央;цтак;staatsmedien;médias d'état;medios estatales;госсми;державні змі
says:nyt .8 new york times;nyt$;뉴욕타임스;纽约时报
says:wapo .9 washington post;washingtonn post
says:wsj .9 wall street journal;wsj$
says:ft .9 financial times;"ft"
says:cnn .8 cnn$
says:cbs .9 cbs$
says:nbc .9 nbc$
says:bloomberg .9 bloomberg
says:reuters .7 reuter;로이터

says:panel .9 panel of experts;expert panel;sanctions monitoring;msmt;multilateral sanctions;전문가패널;专家小组;expertengremium;un-experten;groupe d'experts;experts de l'onu;grupo de expertos;экспертов оон;експертів оон;группы экспертов;группу экспертов
says:experts .4 think tank;think-tank;analysts;experts;ekspert;аналитик;전문가
says:embassy .7 embassy;ambasad;посольств;대사관;大使馆
says:dailynk 1 daily nk;데일리nk
says:parliament .6 lawmaker;parliament;duma$;dumy$;posł;парламент;депутат;дум$;의원$;국회;议员;議員;의회;abgeordnet;député;diputad
"""

DEEDS = """
act:deny 1 deny$;denies;denied;denial;dismiss;refut;reject;groundless;no proof;no evidence;zaprzecz;dementuj;odrzuc;bezpodstaw;опроверг;отрица;отверг;заперечу;спростов;부인$;부인하;부인했;일축;반박;否认;否認;驳斥;dementier;bestreitet;dément;bestreit;zurückgewiesen;haltlos;réfut;niega;desmient;rechaza
act:condemn .8 condemn;denounc;slam;potępi;skrytykow;осуди;засуди;규탄;비난;谴责;譴責;非難;verurteil;condamn;condena
act:thank 1 thank;dzięku;podziękow;благодар;감사;感谢;感謝;dankt;remerci;agradec;bedankt
act:congratulate .9 congratulat;greeting;gratul;życzeni;wishes;поздрав;축하;축전;祝贺;贺电;祝電;glückwunsch;félicit;felicit
act:letter .9 letter;exchange message;messages;exchanges messages;listy$;listow;depesz;письм;послани;친서;서한;전문$;信函;亲笔信;親書;书信;lettre$;lettres$;carta$;cartas$
act:visit .5 visit;trip$;travel;arriv;wizyt;przyby;podróż;pojech;визит;посет;прибы;방문;방러;방북;도착;访问;訪問;抵达;到着;访俄;訪露;访朝;訪朝;besuch;visite;besucht;eingetroffen;ankunft;visita;llega$;llegó;llegada;viaje$
act:depart .9 depart;leaves$;left russia;heads home;returns home;wyjech;odjech;wraca;отбыл;уехал;покинул;출발;귀국;귀환;离开;回国;帰国;出発;abgereist;reist ab$
act:invite 1 invit;zapros;приглас;приглаш;запрош;초청;초대;邀请;招待;einladung;eingeladen;lädt
act:summit .5 summit;meet$;meets$;meeting;met$;talks;spotka;rozmow;szczyt;встреч;переговор;саммит;зустріч;정상회담;회담;만나;만남;会谈;会晤;峰会;首脑;首脳;会談;gipfel;treffen;sommet;treffen$;trifft$;gespräch;verhandl;empfäng;rencontre;réuni;entretien;cumbre;recibe$;reúne;reunión
act:expected .5 will visit;to visit;plans;expected;planned;may meet;to meet;upcoming;planuj;ma odwiedz;złoży wizyt;odwiedzi;планиру;намерен;예정;계획;将访;拟;予定;likely to;geplant;voraussichtlich;prévu;devrait;previsto;visitará;очікує;планує
act:parade 1 parade;parada;paradz;paradę;defilad;парад;열병식;阅兵;閱兵;軍事パレード;défilé;desfile
act:anniversary .9 anniversar;armistice;victory day;rocznic;rozejm;годовщин;перемири;전승절;정전협정;기념일;周年;纪念日;停战;記念日;jahrestag;anniversaire;aniversario;waffenstillstand;річниц
act:drill .9 drills;exercise;ćwicze;manewr;учени;навчан;훈련;연습$;军演;演习;演習;manöver;übung;ejercicio;maniobra
act:launch .8 fires;fired;launch;test-fire;missile test;salvo;wystrzel;odpali;próbę rakie;запуст;запуск;пуск$;выпуст;발사;시험발사;发射;試射;发射;試射;発射;feuert;abgefeuert;raketentest;tire deux;tire un$;tire plusieurs;tire des;lanza$;lanzamiento;lancement
act:sanction .9 sanction;designat;blacklist;sankcj;санкци;제재;制裁;sanktion;sancion;sanción
act:veto 1 veto;weto;вето;거부권;否决
act:imagery .9 satellite image;satellite photo;satellite pic;imagery;images show;images suggest;releases photos;declassified photos;zdjęcia satel;zdjęć satel;zdjęcia;zdjęciach;снимк;위성사진;위성영상;卫星图;衛星画像;卫星照;satellitenbild;images satellite;satellitenaufnahm;satellitenfoto;image satellite;imágenes de satélite;imágenes satelital;imagen satelital;супутников
act:accuse .6 accus;alleg;oskarż;zarzuc;обвин;звинувач;지목;주장;指控;指责;beschuldig;vorwürf;acusa
act:confirm .6 confirm;potwierdz;подтверд;підтверд;확인;证实;確認;bestätig
act:warn .6 warn;ostrzeg;grozi;предупре;попередж;경고;警告;warnt;warnung;droht;avertit;met en garde;mise en garde;advierte;amenaza;пригроз
act:buy .7 buy;purchas;bought;kupuj;kupow;zakup;kupić;покупа;закуп;구매;구입;매입;购买;購入;kauf;zamawia;kaufen;kauft;achète;achet;compra$;comprar
act:seek .6 seek;turns to;turning to;asks for;request;looking to;szuka;stara się;zwrócił;prosi;ищет;просит;요청;寻求;求める;bittet;busca$;pide$
act:supply .15 suppl;provid;deliver;shipment;shipping;shipped;sends;sending;sent$;transfer;dostarcz;dostaw;przekaz;wysył;wysł;постав;передач;передал;제공;지원;공급;보내;수출;이전;提供;供应;运送;输送;供与;liefer;livr;liefert;lieferung;geliefert;fourni;envoie;suministr;envía;envió;entreg
act:deal .5 arms deal;weapons deal;arms negotiation;arms talks;negotiat;deal$;umow;porozumieni;негоци;сделк;соглаш;무기거래;거래;协议;交易;取引;合意;abkommen;waffengeschäft;waffenhandel;vereinbarung;accord$;accords$;acuerdo
act:treaty 1 treaty;pact$;partnership;traktat;partnerstw;договор;договір;партнерств;조약;동반자;条约;條約;条約;vertrag;partnerschaft;beistandspakt;traité;partenariat;tratado;pacto;pakt$
act:sign .8 signed;signs$;signing;podpis;подпис;підпис;서명;签署;簽署;署名;unterzeichn;unterschr;firman$;firmaron;firmó;signent;signé
act:ratify 1 ratif;ratyf;ратиф;비준;批准
act:train 1 training;instructor;szkol;instruktor;обучен;инструктор;훈련소;교관;训练;ausbild;instructeur;entrenamiento
act:strike .7 airstrike;missile strike;strike on;attack on;attacked;ostrzel;ostrzał;nalot;удар$;удару$;обстрел;공습;공격;袭击;打击;攻撃;angriff;luftschlag;frappe;ataque
act:kill .8 killed;casualt;dead$;deaths;wounded;zabit;zgin;poleg;ranny;погиб;убит;загинул;전사;사망;사상;부상;阵亡;伤亡;死亡;死傷;getötet;gefallene;verwundet;tués$;blessés$;muert;heridos$
act:capture 1 captur;prisoner of war;pow$;pows$;pojma;jeńc;jeniec;пленн;полонен;포로;생포;俘虏;捕虜;kriegsgefang;gefangen;prisonnier;prisioner
act:deploy .8 deploy;troops;soldier;żołnierz;wojsk północno;rozmie;солдат;военнослуж;войск;파병;병력;군인;派兵;士兵;部队派;兵士;部隊;soldat;truppen;soldaten;troupes$;soldado;tropas$;солдаті;військов
act:worker 1 worker;labor;labour;robotni;pracown;рабоч;работник;노동자;근로자;劳工;工人;労働者;arbeiter;arbeitskräft;travailleur;ouvrier;trabajador;obrero;робітник
act:recovered .9 debris;fragment;wreckage;recovered;remnant;szczątk;wyłow;обломк;잔해;파편;残骸;trümmer;wrackteil;débris;restos$;уламк
act:copy .8 component;microelectronic;chips;komponent;podzespoł;부품;零件;部品;bauteil;composant;componente
act:dud 1 dud$;duds$;defective;faulty;quality of;misfir;niewypał;wadliw;неисправ;불량;불발;哑弹
act:explosion 1 explosion;explode;depot;blast;eksplozj;wybuch;magazyn;взрыв;склад;폭발;탄약고;爆炸;弹药库;爆発;munitionslager;munitionsdepot;waffendepot;dépôt;depósito;вибух
act:inspect .9 inspect;tours;toured;shows off;showed off;showcas;pokaza;oglada;wystaw;осмотре;выставк;참관;시찰;둘러;视察;参观;視察;exhibition;flaunt
act:award 1 medal;award$;awarded;honored;odznacz;орден;наград;훈장;勋章;勲章;auszeichnung;médaille;medalla;condecor
act:memorial 1 memorial;monument;museum;statue;wreath;pomnik;muzeum;памятник;музей;기념관;추모;박물관;纪念馆;碑$;denkmal;mémorial
act:gift 1 gift;prezent;podarow;подар;선물;礼物;贈;geschenk;cadeau;regalo
act:trade .9 trade;handel;handlow;торгов;무역;교역;贸易;貿易;commerce$;comercio
act:train_line .9 train$;trains$;railcar;railway;rail$;railroad;freight train;freight car;rail freight;freight$;pociąg;pociągiem;wagon;kolej;поезд;вагон;железнодор;열차;철도;기차;火车;列车;列車;铁路;鉄道;zug$;panzerzug;sonderzug;eisenbahn;güterzug;güterwagen;tren$;trenes$;ferroviari;chemin de fer;потяг;бронепотяг;бронепоїзд;бронепоезд;эшелон;ешелон;залізнич;专列;專列;専用列車
act:shipline .9 ship$;ships$;vessel;cargo ship;freighter;tanker;statek;statk;tankow;судн;корабл;танкер;선박;화물선;유조선;船$;货轮;船舶;油轮;schiff;frachter;navire;buque;barco$;barcos$;carguero
act:flight 1 flight;airliner;plane$;planes$;airplane;aircraft carrier;lotnisk;samolot;авиа;самолет;항공기;수송기;비행기;飞机;航班;航空機;flugzeug;avion$;avión;aviones
act:port .9 port$;ports$;harbor;portu$;порт$;порту$;항구;나진항;港$;hafen$;puerto
act:border .9 border;granic;tumen;границ;국경;두만강;边境;图们江;国境;grenze;frontière;frontera;кордон
act:bridge 1 bridge;мост$;교량;다리$;大桥;橋;brücke;pont$;puente
act:tourism 1 tourist;tourism;turyst;турист;туризм;관광;旅游;观光;観光;resort
act:hack 1 hacker;hacking;cyber;crypto;haker;хакер;кибер;крипто;해킹;해커;암호화폐;黑客;网络攻击;ハッカー
act:itworkers 1 it workers;it worker;freelanc;remote work;정보기술 인력;it 인력
act:covid 1 covid;pandemi;lockdown;epidemic;quarantin;respirator;пандеми;코로나;방역;疫情;コロナ
act:election 1 election;ballot;wybor;выбор;선거;选举
act:holiday .9 holiday;vacation;wakacj;urlop;отпуск;휴가
act:lawsuit 1 lawsuit;court$;charged;indict;arrest;aresztow;обвинени;арест;기소;체포;逮捕;起诉
act:negot_peace .9 ceasefire;peace talk;peace deal;truce;rozejmu;pokojow;перемири;휴전;종전;停火;停戦;waffenruhe;friedensgespräch;cessez-le-feu;alto el fuego
act:aid .8 humanitarian;food aid;flood;powód;powodz;наводн;수해;홍수;洪水;饥荒;humanitär;hochwasser;inondation;inundac
act:vote .9 vote$;votes$;voted;resolution;głosow;rezoluc;голосов;резолюц;결의안;결의;决议;決議;abstimmung;résolution;resolución;enthalt
act:axis 1 axis of;oś zła;axis$;ось зла;악의 축;邪恶轴心
act:annex 1 annex;aneks;аннекс;анекс;병합;合并;吞并;併合
act:price 1 pay a price;pay price;pay 'price;pay ‘price;pay the price;pay a heavy price;zapłac;дорого заплат;대가를 치르;付出代价
act:mercenary .8 mercenar;najemni;наемник;найман;용병;雇佣兵;傭兵
act:martial 1 martial law;stan wojenn;военное положение;계엄;戒严;戒厳
act:birthday 1 birthday;urodzin;день рождения;생일;生日;誕生日
act:culture 1 concert;orchestra;ballet;festival;koncert;концерт;공연;음악회;演出;公演
act:sport 1 olymp;football;world cup;sports;soccer;мундиал;축구;올림픽;体育;足球;サッカー
act:school 1 school;children;students;dzieci;школ;детей;학생;어린이;儿童;学生
act:hospital 1 hospital;doctors;szpital;больниц;병원;医院;病院
act:bill 1 bill$;bills$;amendment;ustaw;законопроект;법안;法案
act:build .9 construct;rebuild;reconstruct;odbudow;восстановл;строительств;відбудов;건설;재건;重建;建设;建設
act:animals 1 zoo$;lion;bears;animals;zwierz;животн;동물;动物;動物
act:abduct .9 defector;defect$;defected;escap;uciek;перебежч;탈북;脱北
act:testpower .8 simulat;symul;имитац;가상;模拟;模擬
act:broadcast .9 television;documentary;footage;telewizj;телеканал;방영;영상;电视;テレビ;fernseh;télévis;televisión;телебач
act:crash .8 crash;accident;katastrof;wypad;авари;사고;事故
act:protest .9 protest;rally$;rallies;protesty;протест;시위;抗议
"""

THINGS = """
arm:weapons .05 weapon;arms$;armament;military equipment;broń$;broni$;bronią;uzbrojeni;оружи;вооруж;зброя;зброї;무기;武器;军火;军备;兵器;waffe;armes$;armas
arm:ammo .15 ammunition;munition;ammo$;amunicj;боеприпас;боєприпас;탄약;弹药;弾薬;munición;municion
arm:shells .3 artillery;shells;howitzer;artyler;artylerią;снаряд;артиллер;포탄;곡사포;자주포;炮弹;砲弾;火炮;granaten;granate;obus$;proyectil;artillerie;haubitze;cañón
arm:rocket .3 rocket;mlrs;rakiet;ракет;реактив;로켓;방사포;火箭;ロケット;ракетниц
arm:missile .35 missile;pocisk;balisty;баллистич;미사일;导弹;飛彈;ミサイル;rakete;missil;misil;marschflugkörper
arm:icbm .9 icbm;intercontinental;międzykontynent;межконтинент;대륙간;洲际;大陸間
arm:kn23 1 kn-23;kn-24;kn23;hwasong;화성-;화성포;火星-;хвасон
arm:nuclear .55 nuclear;atomow;nuklear;jądrow;ядерн;핵$;핵무기;핵무;비핵;핵실험;核;atomwaffe;nucléaire
arm:submarine 1 submarine;okręt podwodn;podwodn;подводн;잠수함;潜艇;潜水艦;u-boot;sous-marin;submarino;підводн
arm:satellite .7 spy satellite;reconnaissance satellite;satelit;спутник;정찰위성;侦察卫星;偵察衛星
arm:space .9 cosmodrome;spaceport;space launch;space center;kosmodrom;космодром;우주기지;航天;宇宙基地
arm:drone .8 drone;uav$;dron$;drony$;dronów;дрон;беспилот;드론;무인기;无人机;無人機;drohne
arm:tank .9 tank$;tanks$;abrams;czołg;танк;탱크;전차$;坦克;戦車;panzer$;char d'assaut
arm:jet .9 fighter jet;fighter plane;warplane;su-35;su-57;myśliw;истребител;전투기;战斗机;戦闘機;kampfjet;kampfflugzeug;avion de chasse;avión de combate;авиазавод;авіазавод;aircraft plant;aircraft factory;战机
arm:airdef 1 air defen;przeciwlotni;пво$;방공;防空;flugabwehr;luftabwehr;défense antiaérienne;antiaére;ппо$
arm:navy .9 warship;destroyer;navy;naval;fleet;okręt;flot;эсминец;флот;구축함;함대;军舰;驱逐舰;艦艇
arm:container .9 container;kontener;контейнер;컨테이너;集装箱;貨櫃;コンテナ;conteneur;contenedor
arm:cluster 1 cluster munition;cluster bomb;kasetow;кассетн;집속탄
arm:koksan 1 koksan;m1989;170mm;170-mm;170 mm;240mm;240-mm;240 mm;коксан;곡산;자주포
arm:helicopter 1 helicopter;śmigł;вертол;헬기;直升机;ヘリ
arm:rifle 1 rifle;small arms;karabin;винтов;소총;步枪
arm:mortar 1 mortar;moździe;миномет;박격포;迫击炮
arm:glide 1 hypersonic;hipersoni;гиперзвук;극초음속;高超音速
arm:cruise .9 cruise missile;pocisk manewr;крылат;순항;巡航
arm:oil 1 oil$;petroleum;fuel;diesel;barrel;ropa$;ropy$;paliw;нефт;топлив;석유;정제유;원유;유류;石油;燃料;erdöl;treibstoff;pétrole;carburant;petróleo;combustible
arm:food 1 food$;wheat;flour;grain;rice$;żywno;zboż;продовол;зерн;식량;밀가루;곡물;粮食;食糧;lebensmittel;getreide;weizen;alimentos;trigo
arm:horse 1 horse;thoroughbred;koni$;konie$;koń$;лошад;경주마;말$
arm:tech .8 technolog;технолог;기술이전;기술 이전;技术;技術;tecnolog
arm:miltech .9 military-technical;military technical;wojskowo-techniczn;военно-техническ;військово-технічн;군사기술;军事技术;軍事技術;militärtechnisch;militaro-technique;técnico-militar
arm:factory 1 factory;factories;plant$;fabryk;zakład;завод;фабрик;공장;工厂;工場;fabrik;usine$;fábrica
arm:hq_limo 1 limousine;limuzyn;лимузин;리무진;아우루스
arm:mine .9 landmine;demining;sapper;saper;разминир;지뢰;공병;工兵;地雷
arm:bank 1 bank$;banks$;banking;frozen assets;asset;банк;은행;금융;银行
place:vladivostok 1 vladivostok;władywostok;владивосток;블라디보스토크;符拉迪沃斯托克;海参崴;ウラジオストク;wladiwostok
place:fareast .8 eastern economic forum;far east;dalekim wschod;daleki wschód;дальн;вэф$;동방경제포럼;극동;远东;東方経済
place:vostochny 1 vostochny;wostoczn;восточн;보스토치니;东方航天;ボストーチヌイ;wostotschny;vostotchny;vostochni
place:komsomolsk 1 komsomolsk;комсомольск;콤소몰스크;共青城
place:khasan 1 khasan;хасан;하산$;tumangang;두만강역;chassan;jasán$
place:najin 1 najin;rajin;rason;나진;나선;라진;라선;罗津;羅先;раджин
place:kursk .6 kursk;курск;쿠르스크;库尔斯克;クルスク;koursk
place:kharkiv .9 kharkiv;kharkov;charkow;charków;харьк;харків;하르키우;charkiw;járkov;jarkov
place:mideast .9 middle east;north africa;bliski wschód;bliskim wschod;중동;中东
place:donbas .9 donbas;donetsk;luhansk;donbass;donieck;ługańsk;донбас;донецк;луганск;돈바스;顿巴斯
place:bakhmut 1 bakhmut;bachmut;бахмут;바흐무트
place:belgorod 1 belgorod;biełgorod;белгород
place:sea .8 east sea;sea of japan;east coast;morze japońsk;동해$;日本海
place:wonsan 1 wonsan;원산;元山;вонсан
place:zaporizhzhia 1 zaporizh;zaporoż;запорож;자포리
"""
